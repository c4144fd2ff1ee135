package runspacepool

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// Defaults of a Config.
const (
	// DefaultMaxObjectSize is that of PowerShell's own client.
	DefaultMaxObjectSize = 200 << 20
	// DefaultMaxRequestSize makes requests that the servers take that take least
	// without being told to: envelopes of 150 KiB, in UTF-8.
	DefaultMaxRequestSize = 96 << 10
	// MinRequestSize is enough for messages to be sent at all.
	MinRequestSize = 1 << 10
)

// Config says what a pool is to be. The zero value is a pool with one runspace
// and without a host.
type Config struct {
	// MinRunspaces and MaxRunspaces are how many pipelines may run at the same
	// time; 0 means 1 and at least MinRunspaces. Connect asks for nothing here: a
	// pool keeps what it has.
	MinRunspaces, MaxRunspaces int
	// Host answers what pipelines ask of their user. Nil means that there is none:
	// to ask is an error for them.
	Host Host
	// ApplicationArguments are for $PSSenderInfo at the server: a map, for example.
	// They must be a dictionary in CLIXML; nil means none.
	ApplicationArguments any
	// ThreadOptions is 0 (Default), 1 (UseNewThread), 2 (ReuseThread) or 3
	// (UseCurrentThread).
	ThreadOptions int32
	// Event is told of events that the pool's runspaces have forwarded; nil means
	// nobody. It is called for one at a time. While it does not return, nothing is
	// read of the pool's own messages once some hundred are waiting.
	Event func(UserEvent)

	// MaxObjectSize is how many bytes a message of the server may have; 0 means
	// DefaultMaxObjectSize.
	MaxObjectSize int
	// MaxDepth is how many values within each other are read; 0 means clixml's.
	MaxDepth int
	// MaxRequestSize is how many bytes of fragments go in one request, from
	// MinRequestSize on; 0 means DefaultMaxRequestSize. As base64 they become four
	// thirds of that.
	MaxRequestSize int
	// Log gets, at level Debug, what the pool does not understand; nil means nobody.
	Log *slog.Logger
}

func (c *Config) complete() {
	c.MinRunspaces = max(c.MinRunspaces, 1)
	c.MaxRunspaces = max(c.MaxRunspaces, c.MinRunspaces)
	if c.MaxObjectSize <= 0 {
		c.MaxObjectSize = DefaultMaxObjectSize
	}
	if c.MaxRequestSize <= 0 {
		c.MaxRequestSize = DefaultMaxRequestSize
	}
	c.MaxRequestSize = max(c.MaxRequestSize, MinRequestSize)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// limits are those of a message's content.
func (c *Config) limits() clixml.Limits {
	return clixml.Limits{MaxSize: c.MaxObjectSize, MaxDepth: c.MaxDepth}
}

// RunspacePool is a pool of runspaces at a server, and this client's side of it.
// It may be used by several goroutines.
type RunspacePool struct {
	transport Transport
	config    Config
	objects   atomic.Uint64 // the last object id used

	// life ends when the pool does at this side, and with it what goes on for it.
	// It is nobody's request.
	life context.Context
	end  context.CancelCauseFunc

	input, responses turn // who sends to the streams of the pool itself

	mu        sync.Mutex
	id        psrp.GUID // as the server writes it
	state     State
	reason    error         // why it is Broken or Disconnected
	changed   chan struct{} // closed and replaced when something below or above changes
	version   string        // of the protocol, as negotiated
	private   *clixml.Object
	min, max  int
	pipelines map[*Pipeline]struct{}
	calls     calls
	key       keyExchange
	pumped    chan struct{} // closed when nothing receives for the pool itself
	tasks     int           // everything that goes on for the pool
	releasing int           // commands that have ended and are being released
	in        inbound       // the pool's own messages; of who receives
}

// newPool makes a pool that is not open.
func newPool(t Transport, id psrp.GUID, c Config) *RunspacePool {
	c.complete()
	p := &RunspacePool{
		transport: t, id: id, config: c,
		input: newTurn(), responses: newTurn(),
		changed: make(chan struct{}), pipelines: map[*Pipeline]struct{}{},
		min: c.MinRunspaces, max: c.MaxRunspaces,
	}
	p.life, p.end = context.WithCancelCause(context.Background())
	p.in.init(int64(c.MaxObjectSize))
	return p
}

// ID is the pool's identifier, which is that of the shell: see ShellID.
func (p *RunspacePool) ID() psrp.GUID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.id
}

// State returns the state, and the reason where it is Broken, or Disconnected
// without this side's doing.
func (p *RunspacePool) State() (State, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state, p.reason
}

// Changed returns a channel that is closed when the state changes.
func (p *RunspacePool) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// ProtocolVersion is the version of the protocol that was agreed on, such as
// "2.3"; empty before.
func (p *RunspacePool) ProtocolVersion() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.version
}

// Limits returns how many runspaces the pool has at least and at most, as far as
// this client knows.
func (p *RunspacePool) Limits() (minimum, maximum int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.min, p.max
}

// Pipelines returns the pipelines of this client that have not ended, in no
// order.
func (p *RunspacePool) Pipelines() []*Pipeline {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Pipeline, 0, len(p.pipelines))
	for pl := range p.pipelines {
		all = append(all, pl)
	}
	return all
}

// step makes an event of the state machine happen. An event that must not happen
// is a *StateError, with the operation that wanted it.
func (p *RunspacePool) step(e event, operation string, reason error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stepLocked(e, operation, reason)
}

func (p *RunspacePool) stepLocked(e event, operation string, reason error) error {
	to, ok := next[p.state][e]
	if !ok {
		return p.unableLocked(operation)
	}
	p.state, p.reason = to, reason
	p.touchLocked()
	return nil
}

// touchLocked wakes everybody who waits for a change.
func (p *RunspacePool) touchLocked() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// unableLocked is the error of an operation that the state does not allow.
func (p *RunspacePool) unableLocked(operation string) error {
	switch p.state {
	case Closing, Closed:
		return ErrClosed
	case Broken:
		return p.reason
	case Disconnecting, Disconnected:
		if p.reason != nil {
			return p.reason
		}
		return ErrDisconnected
	}
	return &StateError{Operation: operation, State: p.state.String()}
}

// opened is nil if the pool can be used.
func (p *RunspacePool) opened(operation string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state != Opened {
		return p.unableLocked(operation)
	}
	return nil
}

// await waits until f, which is called with the lock held, says that it is done.
func (p *RunspacePool) await(ctx context.Context, f func() (done bool, err error)) error {
	for {
		p.mu.Lock()
		done, err := f()
		changed := p.changed
		p.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// breakDown says that the pool is of no use any more.
func (p *RunspacePool) breakDown(reason error) {
	if _, ok := reason.(*PoolError); !ok {
		reason = &PoolError{Err: reason}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.stepLocked(eventBroken, "", reason) // it may have ended already
}

// lost says that the server, or the network, has let go of the pool.
func (p *RunspacePool) lost(reason error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == Disconnecting {
		return // Disconnect will say so
	}
	_ = p.stepLocked(eventDisconnected, "", reason) // it may be so already
}
