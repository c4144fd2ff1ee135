package runspacepool

import (
	"context"
	"testing"
)

// Captured is a recorded pool for tests with package psremoting, which imports
// this one.
type Captured struct {
	p *play
	// Configuration is the session configuration's name.
	Configuration string
}

// ReadCaptured reads the one pool of a capture; ok is false where it has none, or
// several, or one that was connected to.
func ReadCaptured(t *testing.T, path string) (c Captured, ok bool) {
	all, _ := readCapture(t, path)
	parts := pools(all)
	if len(parts) != 1 || parts[0][0].action != "Create" {
		return Captured{}, false
	}
	return Captured{newPlay(t, parts[0]), parts[0][0].configuration}, true
}

// Config is what the recorded client has asked for.
func (c Captured) Config() Config {
	config, _ := c.p.config()
	return config
}

// Perform does what the recorded client has done, and compares what comes of it.
func (c Captured) Perform(ctx context.Context, pool *RunspacePool) {
	c.p.results(ctx, c.p.perform(ctx, pool))
}
