package runspace

import (
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// room waits for room in the shell's buffers on behalf of all pipelines of a
// session. The shell's own WaitRoom knows no context, so it is called in one
// goroutine, which ends when there is room or the shell has: a pipeline that is
// stopped meanwhile does not wait for it.
type room struct {
	mu      sync.Mutex
	waiting chan struct{} // closed when there is room; nil: nobody waits
}

// wait returns what is closed when there is room.
func (r *room) wait(host shell.Host) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting != nil {
		return r.waiting
	}
	waiting := make(chan struct{})
	r.waiting = waiting
	go func() {
		host.WaitRoom()
		r.mu.Lock()
		r.waiting = nil
		r.mu.Unlock()
		close(waiting)
	}()
	return waiting
}
