//go:build !linux

package process

// Starter starts processes. Only Linux needs a thread of its own for it.
type Starter struct{}

// Do runs start.
func (*Starter) Do(start func() error) error { return start() }

// Stop lets the Starter go.
func (*Starter) Stop() {}
