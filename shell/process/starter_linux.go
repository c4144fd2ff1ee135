package process

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// Starter starts programs that the kernel kills when the server dies, on one
// thread that lives as long as they do: the kernel takes the end of the thread
// that started a process for the end of its parent (PR_SET_PDEATHSIG), and the
// Go runtime ends threads as it likes. The zero value is ready; it takes no
// thread before the first start.
type Starter struct {
	mu   sync.Mutex
	work chan func()
}

// Start is the function Start, on the starter's thread.
func (s *Starter) Start(c *exec.Cmd) (g *Group, err error) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work == nil {
		s.work = make(chan func())
		go serve(s.work) // ends with Stop
	}
	done := make(chan struct{})
	s.work <- func() {
		g, err = Start(c)
		close(done)
	}
	<-done
	if err == nil {
		prefer(c.Process.Pid)
	}
	return g, err
}

func serve(work <-chan func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for f := range work {
		f()
	}
}

// Stop lets the thread go, when all programs have ended.
func (s *Starter) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != nil {
		close(s.work)
		s.work = nil
	}
}
