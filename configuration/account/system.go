package account

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// How long an answer of the system is good for, and how many are kept.
const (
	answerAge  = 5 * time.Second
	maxAnswers = 1024
)

// System remembers for a moment what the system has said: each question is a
// process, and a client that opens many connections asks as often. It may be used
// by several goroutines.
type System struct {
	lookUp func(ctx context.Context, name string) (*Account, error)

	mu      sync.Mutex
	answers map[string]answer
}

type answer struct {
	account *Account
	err     error // a NotFoundError
	at      time.Time
}

// NewSystem makes a System.
func NewSystem(s Service) *System { return &System{lookUp: s.LookUp, answers: map[string]answer{}} }

// Find is LookUp, with answers of the last seconds.
func (s *System) Find(ctx context.Context, name string) (*Account, error) {
	s.mu.Lock()
	a, ok := s.answers[name]
	s.mu.Unlock()
	if ok && time.Since(a.at) < answerAge {
		return a.account, a.err
	}
	a.account, a.err = s.lookUp(ctx, name)
	if notFound := (*NotFoundError)(nil); a.err != nil && !errors.As(a.err, &notFound) {
		return nil, a.err
	}
	a.at = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) >= maxAnswers {
		clear(s.answers)
	}
	s.answers[name] = a
	return a.account, a.err
}

// OfUser is the name of the account of a user whom nothing says one for: that of
// the same name, as it is written or in small letters, since users are known in
// any case of letters and accounts are not. It is empty if there is none. Where
// the system does not say, it is the user's own name: to run as winrmd because a
// directory service is slow would not do, and who asks again at the session's
// start is told what is wrong.
func (s *System) OfUser(ctx context.Context, user string) string {
	for _, name := range []string{user, strings.ToLower(user)} {
		a, err := s.Find(ctx, name)
		if err == nil {
			return a.Name
		}
		if notFound := (*NotFoundError)(nil); !errors.As(err, &notFound) {
			return user
		}
	}
	return ""
}
