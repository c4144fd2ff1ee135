package process

import (
	"runtime"
	"sync"
	"syscall"
)

// dieWithServer has the kernel kill a program when the server dies.
func dieWithServer(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// Starter starts processes on one thread that lives as long as they do: the
// kernel takes the end of the thread that started a process for the end of its
// parent (PR_SET_PDEATHSIG), and the Go runtime ends threads as it likes. The
// zero value is ready; it takes no thread before the first start.
type Starter struct {
	mu   sync.Mutex
	work chan func()
}

// Do runs start on the starter's thread.
func (s *Starter) Do(start func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work == nil {
		s.work = make(chan func())
		go serveStarter(s.work) // ends with Stop
	}
	result := make(chan error)
	s.work <- func() { result <- start() }
	return <-result
}

func serveStarter(work <-chan func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for f := range work {
		f()
	}
}

// Stop lets the thread go, when all processes have ended.
func (s *Starter) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != nil {
		close(s.work)
		s.work = nil
	}
}
