package winapi

import (
	"context"
	"sync"
)

// gate is open while operations may be asked of a shell or a command, and closed
// while it is disconnected. It opens for the first time when it is made.
type gate struct {
	mu      sync.Mutex
	opened  int // how many times; an odd number is open
	changed chan struct{}
}

func newGate() *gate { return &gate{opened: 1, changed: make(chan struct{})} }

func (g *gate) isOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opened%2 == 1
}

// set opens or closes the gate, and reports whether it was the other.
func (g *gate) set(open bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if open == (g.opened%2 == 1) {
		return false
	}
	g.opened++
	close(g.changed)
	g.changed = make(chan struct{})
	return true
}

// wait waits until the gate is open, and has been opened after the time that it
// was opened for the n-th. It returns what n is now.
func (g *gate) wait(ctx context.Context, n int) (int, error) {
	for {
		g.mu.Lock()
		now, changed := g.opened, g.changed
		g.mu.Unlock()
		if now%2 == 1 && now > n {
			return now, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}
