package runspacepool

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp"
)

// maxCallbacks is how many calls of the host and events may wait for this side to
// take them, before no more is read.
const maxCallbacks = 256

// startPump begins to receive what is the pool's own, until the pool ends or is
// disconnected.
func (p *RunspacePool) startPump() {
	pumped := make(chan struct{})
	p.mu.Lock()
	p.pumped = pumped
	p.mu.Unlock()
	receiver := p.transport.Receiver()
	callbacks := make(chan func(context.Context), maxCallbacks)
	ctx, cancel := p.background(context.Background())
	p.run(func() {
		defer cancel()
		for f := range callbacks {
			f(ctx)
		}
	})
	p.run(func() {
		defer close(pumped)
		defer close(callbacks)
		pump := pump{p, callbacks}
		switch err := pump.run(ctx, receiver); {
		case errors.Is(err, ErrDisconnected):
			p.lost(err)
			p.letGo(err)
		case err != nil:
			p.breakDown(err)
		}
	})
}

// pump reads the pool's own messages.
type pump struct {
	pool      *RunspacePool
	callbacks chan<- func(context.Context)
}

// run receives until the pool has ended, and returns why; nil if the server has
// said so itself.
func (u pump) run(ctx context.Context, receiver Receiver) error {
	for {
		output, err := receiver.Receive(ctx)
		if err != nil {
			return err
		}
		u.pool.in.put(output.Fragments)
		for {
			m, complete, err := u.pool.in.take()
			if err != nil {
				return err
			}
			if !complete {
				break
			}
			if err := u.handle(ctx, m); err != nil {
				return err
			}
		}
		if state, _ := u.pool.State(); state.Final() {
			return nil
		}
	}
}

// handle takes one message. An error breaks the pool.
func (u pump) handle(ctx context.Context, m psrp.Message) error {
	p := u.pool
	p.learn(m.MessageHeader)
	switch m.Type {
	case psrp.MessageSessionCapability:
		if err := p.negotiate(m.Data); err != nil {
			return err
		}
		_ = p.step(eventNegotiated, "", nil) // only the first time
		return nil
	case psrp.MessageApplicationPrivateData:
		return p.takePrivateData(m)
	case psrp.MessageRunspacePoolState:
		return p.takeState(m)
	case psrp.MessageRunspaceAvailability:
		return p.calls.answer(p, m)
	case psrp.MessageEncryptedSessionKey:
		return p.takeKey(m)
	case psrp.MessagePublicKeyRequest:
		p.run(func() { p.exchangeKey(ctx) })
		return nil
	case psrp.MessageUserEvent:
		return u.takeEvent(ctx, m)
	case psrp.MessageRunspacePoolHostCall:
		return u.takeHostCall(ctx, m)
	}
	p.config.Log.Debug("a message of the runspace pool that is not known", "type", m.Type)
	return nil
}

// learn keeps the pool's identifier as the server writes it: who has opened the
// pool may have written it in another byte order than its ShellId.
func (p *RunspacePool) learn(h psrp.MessageHeader) {
	if h.RunspacePoolID.IsZero() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id = h.RunspacePoolID
}

// takeState takes RUNSPACEPOOL_STATE (2.2.2.9).
func (p *RunspacePool) takeState(m psrp.Message) error {
	n, err := psrp.ParseState(m.Data)
	if err != nil {
		return err
	}
	switch state := psrp.RunspacePoolState(n); state {
	case psrp.RunspacePoolOpened:
		p.openedByServer()
	case psrp.RunspacePoolClosed, psrp.RunspacePoolBroken:
		o, err := p.parseObject(m)
		if err != nil {
			return err
		}
		p.breakDown(&PoolError{Record: reasonOf(o)})
	default:
		p.config.Log.Debug("a state of the runspace pool that no server sends", "state", state)
	}
	return nil
}

// run gives a call-back to who makes them.
func (u pump) call(ctx context.Context, f func(context.Context)) error {
	select {
	case u.callbacks <- f:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// openedByServer takes the server's word that the pool is opened. One that was
// connected to is so already: a server may say it again, and maybe when the pool
// is being left.
func (p *RunspacePool) openedByServer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == NegotiationSucceeded { // else it says nothing
		_ = p.stepLocked(eventOpened, "", nil)
	}
}
