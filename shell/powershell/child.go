package powershell

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell/process"
)

// linger is how long more output is waited for once the process has ended: a
// process that it has left behind may hold the pipes open for ever.
const linger = 500 * time.Millisecond

// farewell is how long a process may take to end when its output has.
const farewell = 2 * time.Second

// child is an engine's process and the pipe of its output.
type child struct {
	cmd     *exec.Cmd
	stdout  *os.File // our end
	starter process.Starter
	exited  chan struct{} // closed when the process and what it has started are gone
	err     error         // how it ended; read after exited is closed

	mu    sync.Mutex
	group *process.Group // nil when it is gone: its number may be somebody else's
}

func newChild(cmd *exec.Cmd) *child { return &child{cmd: cmd, exited: make(chan struct{})} }

// start starts the process and returns its input.
func (c *child) start() (stdin io.WriteCloser, err error) {
	c.cmd.WaitDelay = linger
	if stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// Our own pipe, so that waiting for the process does not close it before
	// everything was read.
	r, w, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, err
	}
	c.cmd.Stdout, c.stdout = w, r
	c.mu.Lock() // its stderr may call for kill before Start returns
	c.group, err = c.starter.Start(c.cmd)
	c.mu.Unlock()
	w.Close()
	if err != nil {
		c.starter.Stop()
		r.Close()
		stdin.Close()
		return nil, err
	}
	go c.wait()
	return stdin, nil
}

// Read implements io.Reader for the output.
func (c *child) Read(p []byte) (int, error) {
	if isClosed(c.exited) {
		c.limit()
	}
	n, err := c.stdout.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = io.EOF
	}
	return n, err
}

// limit ends a Read to which nothing comes. It has no effect on Windows, where
// pipes know no deadlines.
func (c *child) limit() { _ = c.stdout.SetReadDeadline(time.Now().Add(linger)) }

// wait waits for the process and ends what it has left behind.
func (c *child) wait() {
	err := c.cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it ended well; somebody else still holds its stderr
	}
	_ = c.kill() // what is left of the group; there may be nobody
	c.mu.Lock()
	c.group.Release()
	c.group = nil
	c.mu.Unlock()
	c.starter.Stop()
	c.err = err
	close(c.exited)
	c.limit()
}

// end waits until the process is gone, whose output or input has ended, and
// kills it if it takes its time.
func (c *child) end(kill func()) error {
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-c.exited:
	case <-timer.C:
		kill()
		<-c.exited
	}
	return c.err
}

// kill ends the process and everything that it has started.
func (c *child) kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.group == nil || !c.group.Alive() {
		return nil
	}
	return c.group.Kill()
}
