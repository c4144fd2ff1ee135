package runspacepool

import (
	"context"
)

// turn is had by one at a time. It is a lock that can be waited for with a
// context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t turn) give() { <-t }

// outlive runs f to its end, or the pool's, and waits for that as long as ctx
// allows. An operation that was begun must not be cut off because its caller does
// not wait: half an object would be sent, or an answer lost. What nobody has
// waited for is given to drop.
func outlive[T any](ctx context.Context, p *RunspacePool, f func(ctx context.Context) (T, error), drop ...func(context.Context, T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result)
	p.run(func() {
		background, cancel := p.background(ctx)
		defer cancel()
		value, err := f(background)
		select {
		case done <- result{value, err}:
		case <-ctx.Done():
			for _, drop := range drop {
				if err == nil {
					drop(background, value)
				}
			}
		}
	})
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// request is outlive for what has no result.
func request(ctx context.Context, p *RunspacePool, f func(ctx context.Context) error) error {
	_, err := outlive(ctx, p, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}

// run does something that belongs to the pool, and that Close waits for.
func (p *RunspacePool) run(f func()) {
	p.mu.Lock()
	p.tasks++
	p.mu.Unlock()
	go func() {
		defer func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.tasks--
			p.touchLocked()
		}()
		f()
	}()
}

// background is a context that has the values of ctx and ends with the pool.
func (p *RunspacePool) background(ctx context.Context) (context.Context, context.CancelFunc) {
	c, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(p.life, func() { cancel(context.Cause(p.life)) })
	return c, func() {
		stop()
		cancel(nil)
	}
}
