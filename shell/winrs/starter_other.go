//go:build !linux

package winrs

// starter starts processes. Only Linux needs a thread of its own for it.
type starter struct{}

func (*starter) do(start func() error) error { return start() }

func (*starter) stop() {}
