package runspacepool

import (
	"context"
)

// Close ends the pool, at the server too, with everything that runs in it. A
// second Close does nothing. Where the server cannot be told, the pool is closed
// at this side all the same, and the error says what went wrong.
//
// It waits until nothing goes on for the pool any more, as long as ctx allows.
func (p *RunspacePool) Close(ctx context.Context) error {
	p.mu.Lock()
	broken := p.state == Broken
	err := p.stepLocked(eventClose, "Close", nil)
	p.mu.Unlock()
	if err != nil && !broken {
		return nil
	}
	err = request(ctx, p, func(ctx context.Context) error {
		defer p.ended()
		return p.transport.Delete(ctx)
	})
	if broken {
		err = nil // the shell may well be gone
	}
	if wait := p.ends(ctx); err == nil {
		err = wait
	}
	return err
}

// ended ends everything that goes on for the pool.
func (p *RunspacePool) ended() {
	for _, pl := range p.Pipelines() {
		pl.abandoned()
	}
	_ = p.step(eventClosed, "", nil) // not if it is Broken
	p.end(ErrClosed)
}

// ends waits until nothing goes on for the pool.
func (p *RunspacePool) ends(ctx context.Context) error {
	return p.await(ctx, func() (bool, error) { return p.tasks == 0, nil })
}
