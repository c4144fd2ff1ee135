//go:build !linux

package process

import "os/exec"

// Starter starts programs that end with the server where the system can see to
// that: on Windows by their job. Only Linux needs a thread for it.
type Starter struct{}

// Start is the function Start.
func (*Starter) Start(c *exec.Cmd) (*Group, error) { return Start(c) }

// Stop lets the Starter go.
func (*Starter) Stop() {}
