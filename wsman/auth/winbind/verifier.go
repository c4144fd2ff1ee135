package winbind

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// Verifier asks ntlm_auth. It implements ntlm.Verifier.
type Verifier struct {
	config Config
	// slots has a place for each process; nil is one that is not running.
	slots chan *process

	mu     sync.Mutex
	closed bool
}

// New makes a Verifier. No process is started before it is needed.
func New(c Config) *Verifier {
	c = c.withDefaults()
	v := &Verifier{config: c, slots: make(chan *process, c.Processes)}
	for range c.Processes {
		v.slots <- nil
	}
	return v
}

var errClosed = fmt.Errorf("%w: closed", ErrUnavailable)

// Verify implements ntlm.Verifier. It waits as long as all processes are busy.
// A process that has ended since the last request is replaced by a new one,
// once.
func (v *Verifier) Verify(ctx context.Context, attempt *ntlm.Attempt) (ntlm.Verified, error) {
	text, err := request(attempt)
	if err != nil {
		return ntlm.Verified{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, v.config.Timeout)
	defer cancel()
	a, err := v.ask(ctx, text)
	if err != nil {
		return ntlm.Verified{}, err
	}
	if err := a.verdict(); err != nil {
		return ntlm.Verified{}, err
	}
	verified := ntlm.Verified{SessionBaseKey: a.key}
	if v.config.Identify != nil {
		verified.Identity, err = v.config.Identify(ctx, attempt.Domain, attempt.User)
	}
	return verified, err
}

// ask takes a process, starts one if there is none, and puts it back.
func (v *Verifier) ask(ctx context.Context, text []byte) (answer, error) {
	var p *process
	select {
	case p = <-v.slots:
	case <-ctx.Done():
		return answer{}, fmt.Errorf("%w: all processes are busy: %w", ErrUnavailable, context.Cause(ctx))
	}
	defer func() { v.putBack(p) }()
	if p != nil {
		a, err := p.ask(ctx, text)
		if err == nil {
			return a, nil
		}
		p.end()
		p = nil
		if ctx.Err() != nil || errors.Is(err, ErrProtocol) {
			return answer{}, err
		}
	}
	v.mu.Lock()
	closed := v.closed
	v.mu.Unlock()
	if closed {
		return answer{}, errClosed
	}
	fresh, err := start(&v.config)
	if err != nil {
		return answer{}, err
	}
	a, err := fresh.ask(ctx, text)
	if err != nil {
		fresh.end()
		return answer{}, err
	}
	p = fresh
	return a, nil
}

func (v *Verifier) putBack(p *process) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed && p != nil {
		p.end()
		p = nil
	}
	v.slots <- p
}

// Close ends the processes, those that are busy when they have answered.
func (v *Verifier) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	for range len(v.slots) {
		p := <-v.slots
		if p != nil {
			p.end()
		}
		v.slots <- nil
	}
}
