//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// Group is the processes of one program: a session without a terminal, whose
// process group has the program's own number.
type Group struct{ pid int }

// Start starts c in a session of its own.
func Start(c *exec.Cmd) (*Group, error) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Setsid = true
	if err := StartOwn(c); err != nil {
		return nil, err
	}
	return &Group{pid: c.Process.Pid}, nil
}

func (g *Group) send(s syscall.Signal) error { return syscall.Kill(-g.pid, s) }

// Interrupt sends SIGINT.
func (g *Group) Interrupt() error { return g.send(syscall.SIGINT) }

// Break sends SIGQUIT.
func (g *Group) Break() error { return g.send(syscall.SIGQUIT) }

// Terminate sends SIGTERM.
func (g *Group) Terminate() error { return g.send(syscall.SIGTERM) }

// Kill ends the group at once. An error says that there is nobody.
func (g *Group) Kill() error { return g.send(syscall.SIGKILL) }

// Alive reports whether there is anybody left that can be signalled.
func (g *Group) Alive() bool { return g.send(0) == nil }

// Release frees what the server holds of the group.
func (g *Group) Release() {}
