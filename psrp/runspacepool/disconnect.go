package runspacepool

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Disconnect leaves the pool at the server, with its pipelines, which run on. It
// can be come back to with Reconnect, and from anywhere with Connect. What this
// side has received and nobody has asked for is still given by the pipelines'
// Next; after it comes ErrDisconnected, or the pipeline's end where that has come,
// too. The server is told before that it has come, which may take half a second.
//
// Nothing goes on for the pool at this side then, and it need not be closed:
// Close would end it at the server.
func (p *RunspacePool) Disconnect(ctx context.Context, o DisconnectOptions) error {
	if err := p.canDisconnect(); err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	if err := p.step(eventDisconnect, "Disconnect", nil); err != nil {
		return err
	}
	return request(ctx, p, func(ctx context.Context) error {
		defer p.hasLeft(p.leave(ctx))
		if err := p.disconnect(ctx, o); err != nil {
			_ = p.step(eventOpened, "", nil) // it may have ended meanwhile
			for _, pl := range p.Pipelines() {
				pl.stay()
			}
			return err
		}
		p.letGo(ErrDisconnected)
		return p.step(eventDisconnected, "Disconnect", nil)
	})
}

// disconnect asks for it. A Receive that was on its way may come to the server
// after that, which then does not know what has come before: it is told once more.
func (p *RunspacePool) disconnect(ctx context.Context, o DisconnectOptions) error {
	err := p.transport.Disconnect(ctx, o)
	if err != nil && !errors.Is(err, ErrDisconnected) {
		return err
	}
	if wait := p.quiet(ctx); wait != nil || err != nil {
		return wait
	}
	unheard := slices.DeleteFunc(p.Pipelines(), func(pl *Pipeline) bool { return !pl.unheard() })
	if len(unheard) == 0 || p.transport.Reconnect(ctx) != nil {
		return nil // another client may have come meanwhile
	}
	for _, pl := range unheard {
		if err := pl.reconnect(ctx); err == nil {
			pl.poll(ctx)
		}
	}
	if err := p.transport.Disconnect(ctx, o); err != nil && !errors.Is(err, ErrDisconnected) {
		p.in.resume()
		p.startPump()
		return err
	}
	return nil
}

func (p *RunspacePool) canDisconnect() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == Opened && version(p.version).Compare(version("2.2")) < 0 {
		return ErrNoDisconnect
	}
	return nil
}

// leave prepares all pipelines at the same time, and returns them.
func (p *RunspacePool) leave(ctx context.Context) []*Pipeline {
	var all sync.WaitGroup
	pipelines := p.Pipelines()
	for _, pl := range pipelines {
		all.Go(func() { pl.leave(ctx) })
	}
	all.Wait()
	return pipelines
}

// hasLeft is the opposite of leave, however the Disconnect has ended.
func (p *RunspacePool) hasLeft(pipelines []*Pipeline) {
	for _, pl := range pipelines {
		pl.hasLeft()
	}
}

// letGo makes the pipelines Disconnected.
func (p *RunspacePool) letGo(reason error) {
	for _, pl := range p.Pipelines() {
		pl.disconnected(reason)
	}
}

// quiet waits until nothing receives any more.
func (p *RunspacePool) quiet(ctx context.Context) error {
	p.mu.Lock()
	pumped := p.pumped
	p.mu.Unlock()
	if err := waitFor(ctx, pumped); err != nil {
		return err
	}
	for _, pl := range p.Pipelines() {
		if err := pl.quiet(ctx); err != nil {
			return err
		}
	}
	return nil
}

func waitFor(ctx context.Context, c <-chan struct{}) error {
	if c == nil {
		return nil
	}
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Reconnect comes back to the pool, and to its pipelines, as the client that has
// left, or that has lost its network. Where another client has taken the pool
// meanwhile, it fails and the pool stays Disconnected; so it does when the server
// cannot be reached.
func (p *RunspacePool) Reconnect(ctx context.Context) error {
	p.mu.Lock()
	if p.state != Disconnected {
		defer p.mu.Unlock()
		return p.unableLocked("Reconnect")
	}
	p.mu.Unlock()
	if err := p.quiet(ctx); err != nil { // what ends late must not be taken for a new loss
		return err
	}
	if err := p.step(eventConnect, "Reconnect", nil); err != nil {
		return err
	}
	return request(ctx, p, func(ctx context.Context) error {
		if err := p.reconnect(ctx); err != nil {
			_ = p.step(eventDisconnected, "", err) // it may have ended meanwhile
			return err
		}
		for _, pl := range p.Pipelines() {
			pl.stay()
		}
		return p.step(eventOpened, "Reconnect", nil)
	})
}

func (p *RunspacePool) reconnect(ctx context.Context) error {
	if err := p.transport.Reconnect(ctx); err != nil {
		return err
	}
	for _, pl := range p.Pipelines() {
		if err := pl.reconnect(ctx); err != nil {
			return err
		}
	}
	p.in.resume()
	p.startPump()
	return nil
}

// settle waits until commands that have ended are released: that they are is
// what a server must know before it is left.
func (p *RunspacePool) settle(ctx context.Context) error {
	return p.await(ctx, func() (bool, error) { return p.releasing == 0, nil })
}
