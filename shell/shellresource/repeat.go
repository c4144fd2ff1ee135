package shellresource

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// Limits of what is remembered for clients that ask again.
const (
	// maxRepeats is how many operations are remembered for one user and shell.
	// A client has few under way at once, and asks again within seconds.
	maxRepeats = 64
	// repeatTime is how long they are remembered.
	repeatTime = 5 * time.Minute
)

// repeats remembers operations that must not be carried out twice, so that a
// request that comes again gets the answer that was lost.
type repeats struct {
	mu    sync.Mutex
	lists map[repeatKey][]*repeat
	swept time.Time
}

// repeatKey is what operations are remembered under. Those on a shell that a
// Delete has ended or a Create has not yet made are found by shell too: a
// client that plays the same requests again, to a new shell, means a new one.
type repeatKey struct{ user, shell, action string }

// repeat is one operation that was carried out or is under way.
type repeat struct {
	key    shell.Key
	begun  time.Time
	done   chan struct{} // closed when answer and err are there
	answer *wsman.Response
	err    error
}

func newRepeats() *repeats { return &repeats{lists: make(map[repeatKey][]*repeat)} }

// once makes a Handler of an operation that changes something. It goes on when
// the client's connection breaks, because the client will ask again.
func (res *Resource) once(op operation) wsman.Handler {
	handler := res.handler(op)
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		k := keyOf(r)
		one, first := res.repeats.enter(k, key(r), func(old *repeat) bool { return res.stale(k, old) })
		if !first {
			return one.wait(ctx, r)
		}
		answer, err := handler.ServeWSMan(context.WithoutCancel(ctx), r)
		if answer != nil && answer.MessageID == "" {
			answer.MessageID, answer.RelatesTo = newMessageID(), r.Header.MessageID
		}
		one.answer, one.err = answer, err
		if err != nil {
			res.repeats.forget(k, one) // it has changed nothing and may be tried again
		}
		close(one.done)
		return answer, err
	})
}

// keyOf is what an operation is remembered under.
func keyOf(r *wsman.Request) repeatKey {
	id, _ := r.Header.Selector("ShellId")
	return repeatKey{user: r.Principal.User, shell: strings.ToUpper(id), action: r.Header.Action}
}

// stale reports whether an old answer speaks of a shell that is not the one
// that is there now: a Create whose shell has gone, or a Delete after which
// there is such a shell again.
func (res *Resource) stale(k repeatKey, old *repeat) bool {
	select {
	case <-old.done:
	default:
		return false
	}
	switch k.action {
	case wsman.ActionCreate:
		body, ok := bodyOf(old.answer).(createdBody)
		if !ok {
			return old.err == nil
		}
		_, err := res.shells.Shell(body.shell)
		return err != nil
	case wsman.ActionDelete:
		_, err := res.shells.Shell(k.shell)
		return err == nil && old.err == nil
	}
	return false
}

func bodyOf(r *wsman.Response) wsman.Body {
	if r == nil {
		return nil
	}
	return r.Body
}

// wait gives the answer of the operation that this request repeats.
func (one *repeat) wait(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	ctx, cancel := context.WithDeadline(ctx, r.Deadline)
	defer cancel()
	select {
	case <-one.done:
	case <-ctx.Done():
		return nil, toFault(ctx.Err(), kindOf(r.Header.ResourceURI))
	}
	if one.err != nil {
		return nil, one.err
	}
	again := *one.answer
	return &again, nil
}

// enter finds the operation that a request repeats, or begins a new one.
func (m *repeats) enter(k repeatKey, id shell.Key, stale func(*repeat) bool) (one *repeat, first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.sweep(now)
	list := m.lists[k]
	for i, old := range list {
		if !old.key.Same(id) {
			continue
		}
		if now.Sub(old.begun) <= repeatTime && !stale(old) {
			return old, false
		}
		list = append(list[:i:i], list[i+1:]...)
		break
	}
	if len(list) >= maxRepeats {
		list = append(list[:0:0], list[1:]...)
	}
	one = &repeat{key: id, begun: now, done: make(chan struct{})}
	m.lists[k] = append(list, one)
	return one, true
}

// forget takes an operation out.
func (m *repeats) forget(k repeatKey, one *repeat) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.DeleteFunc(m.lists[k], func(other *repeat) bool { return other == one })
	if len(list) == 0 {
		delete(m.lists, k)
		return
	}
	m.lists[k] = list
}

// sweep forgets what is too old, now and then.
func (m *repeats) sweep(now time.Time) {
	if now.Sub(m.swept) < repeatTime/4 {
		return
	}
	m.swept = now
	for k, list := range m.lists {
		if now.Sub(list[len(list)-1].begun) > repeatTime {
			delete(m.lists, k)
		}
	}
}
