package wsman

import (
	"context"
	"fmt"
	"sync"
)

// LimitOperations is a Handler that lets each user have so many operations under
// way at the same time: MaxConcurrentOperationsPerUser. One more is refused with
// the fault CodeQuotaMaxOperations. limit says how many there may be now; 0 or
// less means no limit. Identify is not counted, since nobody in particular asks.
func LimitOperations(next Handler, limit func() int) Handler {
	return &operationLimit{next: next, limit: limit, running: make(map[string]int)}
}

// operationLimit counts what is under way.
type operationLimit struct {
	next  Handler
	limit func() int

	mu      sync.Mutex
	running map[string]int // by user; who has nothing under way is not in it
}

// ServeWSMan implements Handler.
func (l *operationLimit) ServeWSMan(ctx context.Context, r *Request) (*Response, error) {
	if r.Header.Identify {
		return l.next.ServeWSMan(ctx, r)
	}
	user := r.Principal.User
	if err := l.begin(user); err != nil {
		return nil, err
	}
	defer l.end(user)
	return l.next.ServeWSMan(ctx, r)
}

func (l *operationLimit) begin(user string) error {
	most := l.limit()
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.running[user]; most > 0 && n >= most {
		return NewFault(CodeQuotaMaxOperations, fmt.Sprintf(
			"The quota MaxConcurrentOperationsPerUser is %d, and %.256s asked for operation %d. Let operations end, or raise the quota in winrm/config/service.",
			most, user, n+1))
	}
	l.running[user]++
	return nil
}

func (l *operationLimit) end(user string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[user]--; l.running[user] == 0 {
		delete(l.running, user)
	}
}
