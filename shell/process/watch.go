package process

import (
	"errors"
	"os"
	"sync"
)

// Watch tells when a process has ended that need not be a child of this one.
type Watch struct {
	done    chan struct{}
	close   sync.Once
	watcher watcher       // nil when it had ended before
	over    chan struct{} // closed when the watcher has come back
}

// watcher is how a system does it.
type watcher interface {
	// wait returns true when the process has ended, and false after interrupt.
	wait() bool
	interrupt()
	// release comes last.
	release()
}

// NewWatch watches the process that has this number and, unless it is empty,
// this identity (see Identity). If there is none, it has ended already. Close
// frees the watch.
func NewWatch(pid int, identity string) (*Watch, error) {
	w := &Watch{done: make(chan struct{}), over: make(chan struct{})}
	watcher, err := openWatcher(pid)
	if err == nil && identity != "" {
		// Only now: who has this identity is the one that was opened.
		var now string
		if now, err = Identity(pid); err == nil && now != identity {
			err = os.ErrProcessDone
		}
		if err != nil {
			watcher.release()
		}
	}
	switch {
	case errors.Is(err, os.ErrProcessDone):
		close(w.done)
		close(w.over)
		return w, nil
	case err != nil:
		return nil, err
	}
	w.watcher = watcher
	go w.run() // ends with Close
	return w, nil
}

func (w *Watch) run() {
	defer close(w.over)
	if w.watcher.wait() {
		close(w.done)
	}
}

// Done is closed when the process has ended. It may be a zombie then, until its
// parent has looked after it.
func (w *Watch) Done() <-chan struct{} { return w.done }

// Close ends the watch. Done stays as it is.
func (w *Watch) Close() error {
	w.close.Do(func() {
		if w.watcher == nil {
			return
		}
		w.watcher.interrupt()
		<-w.over
		w.watcher.release()
	})
	return nil
}
