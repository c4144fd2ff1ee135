package shellresource

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// Limits of what is remembered for clients that ask again.
const (
	// maxRepeats is how many operations of a kind are remembered for one user
	// and shell, and how many Creates and Deletes for one user.
	// A client has few under way at once, and asks again within seconds.
	maxRepeats = 64
	// repeatTime is how long they are remembered.
	repeatTime = 5 * time.Minute
)

// Repeats remembers operations that must not be carried out twice, so that a
// request that comes again gets the answer that was lost. It is safe for use by
// several goroutines.
type Repeats struct {
	exists func(shellID string) bool

	mu    sync.Mutex
	lists map[repeatKey][]*repeat
	swept time.Time
}

// repeatKey is what operations are remembered under. Creates and Deletes have
// no shell there: they are remembered when there is none, too.
type repeatKey struct {
	user, shell, action string
	// loopback keeps the answers that a client on this machine was given from
	// who asks the same from elsewhere, and may not have them.
	loopback bool
}

// repeat is one operation that was carried out or is under way.
type repeat struct {
	key    shell.Key
	shell  string // of the request, in upper case
	begun  time.Time
	done   chan struct{} // closed when what follows is there
	answer *wsman.Response
	made   string // the shell that a Create has made
	err    error
}

// NewRepeats makes a Repeats. exists reports whether there is a shell: an
// answer about one that is gone is not given again.
func NewRepeats(exists func(shellID string) bool) *Repeats {
	return &Repeats{exists: exists, lists: make(map[repeatKey][]*repeat)}
}

// Once makes a Handler of one for an operation that changes something. It goes
// on when the client's connection breaks, because the client will ask again.
func (m *Repeats) Once(h wsman.Handler) wsman.Handler {
	return m.OnceCreate(func(ctx context.Context, r *wsman.Request) (*wsman.Response, string, error) {
		answer, err := h.ServeWSMan(ctx, r)
		return answer, "", err
	})
}

// OnceCreate is Once for a Create, which also returns the ShellId of the shell
// that it has made.
func (m *Repeats) OnceCreate(create func(context.Context, *wsman.Request) (*wsman.Response, string, error)) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		id, _ := r.Header.Selector("ShellId")
		one := &repeat{key: key(r), shell: strings.ToUpper(id), begun: time.Now(), done: make(chan struct{}), err: errUnfinished}
		k := keyOf(r, one.shell)
		if old := m.enter(k, one); old != nil {
			return old.wait(ctx, r)
		}
		defer func() {
			if one.err != nil {
				m.forget(k, one) // it has changed nothing and may be tried again
			}
			close(one.done)
		}()
		answer, made, err := create(context.WithoutCancel(ctx), r)
		if err == nil && answer.MessageID == "" {
			answer.MessageID, answer.RelatesTo = newMessageID(), r.Header.MessageID
		}
		one.answer, one.made, one.err = answer, made, err
		if err == nil {
			m.renew(k, one)
		}
		return answer, err
	})
}

// errUnfinished is what a repetition is told of an operation that panicked.
var errUnfinished = errors.New("the operation was not carried out to its end")

// keyOf is what an operation is remembered under.
func keyOf(r *wsman.Request, shell string) repeatKey {
	k := repeatKey{user: r.Principal.User, action: r.Header.Action, loopback: r.Principal.Loopback}
	if k.action != wsman.ActionCreate && k.action != wsman.ActionDelete {
		k.shell = shell
	}
	return k
}

// renew forgets what was done on a shell that is gone now, or that is a new one
// under an old identifier. A client that plays the same requests again, to a
// new shell, means them.
func (m *Repeats) renew(k repeatKey, one *repeat) {
	switch {
	case one.made != "":
		m.forgetShell(one.made)
	case k.action == wsman.ActionDelete:
		m.forgetShell(one.shell)
	}
}

// stale reports whether an old answer speaks of a shell that is not the one
// that is there now: a Create whose shell has gone, or a Delete after which
// there is such a shell again.
func (m *Repeats) stale(k repeatKey, old *repeat) bool {
	select {
	case <-old.done:
	default:
		return false
	}
	switch k.action {
	case wsman.ActionCreate:
		return old.err == nil && !m.exists(old.made)
	case wsman.ActionDelete:
		return old.err == nil && m.exists(old.shell)
	}
	return false
}

// wait gives the answer of the operation that this request repeats.
func (one *repeat) wait(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	ctx, cancel := context.WithDeadline(ctx, r.Deadline)
	defer cancel()
	select {
	case <-one.done:
	case <-ctx.Done():
		return nil, Fault(ctx.Err(), r.Header.ResourceURI)
	}
	if one.err != nil {
		return nil, one.err
	}
	again := *one.answer
	return &again, nil
}

// enter returns the operation that one repeats; nil if it is the first, which
// is remembered then.
func (m *Repeats) enter(k repeatKey, one *repeat) *repeat {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(one.begun)
	list := m.lists[k]
	for i, old := range list {
		if old.shell != one.shell || !old.key.Same(one.key) {
			continue
		}
		if one.begun.Sub(old.begun) <= repeatTime && !m.stale(k, old) {
			return old
		}
		list = append(list[:i:i], list[i+1:]...)
		break
	}
	if len(list) >= maxRepeats {
		list = append(list[:0:0], list[1:]...)
	}
	m.lists[k] = append(list, one)
	return nil
}

// forgetShell takes out everything that was done on a shell.
func (m *Repeats) forgetShell(shell string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := range m.lists {
		if k.shell == shell {
			delete(m.lists, k)
		}
	}
}

// forget takes an operation out.
func (m *Repeats) forget(k repeatKey, one *repeat) {
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
func (m *Repeats) sweep(now time.Time) {
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
