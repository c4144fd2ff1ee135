//go:build unix

package shellhost

import (
	"os/exec"
	"syscall"
)

// detach lets a host outlive the daemon and its terminal: it is the leader of
// a session of its own.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
