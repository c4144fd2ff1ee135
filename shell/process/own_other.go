//go:build !linux

package process

import "os/exec"

// Own says that this process has started pid and waits for it. Only on Linux do
// others come to a process, from whom they would have to be told.
func Own(int) error { return nil }

// StartOwn starts c as a child that is not taken for an orphan. It is for
// programs that are not started with Start or a Starter: those of a shell's host,
// which has to outlive this process, and on Windows would end with its job.
func StartOwn(c *exec.Cmd) error { return c.Start() }
