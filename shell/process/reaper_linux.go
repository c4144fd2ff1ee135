package process

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// BecomeReaper makes this process the new parent of those descendants whose own
// has died (PR_SET_CHILD_SUBREAPER). It then has to reap them: see Reaper.
func BecomeReaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become a reaper: %w", err)
	}
	return nil
}

// ResignReaper takes BecomeReaper back: orphans go to the next one above. Those
// that have come stay.
func ResignReaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("resign as a reaper: %w", err)
	}
	return nil
}

// Reaper reaps the orphans that have come to this process when they end. It
// leaves alone what was started by Start, a Starter or StartOwn, or named to
// Own: who started them waits for them.
type Reaper struct {
	signals chan os.Signal
	close   sync.Once
	ended   chan struct{}
}

// NewReaper starts to reap. Close ends it.
func NewReaper() *Reaper {
	r := &Reaper{signals: make(chan os.Signal, 1), ended: make(chan struct{})}
	signal.Notify(r.signals, unix.SIGCHLD)
	go r.run() // ends with Close
	return r
}

// run looks once before the first signal: there may be orphans from before.
func (r *Reaper) run() {
	defer close(r.ended)
	for open := true; open; _, open = <-r.signals {
		ours.judge(ours.reap)
	}
}

// Close ends the reaping. Who dies later stays a zombie.
func (r *Reaper) Close() error {
	r.close.Do(func() {
		signal.Stop(r.signals) // nobody sends after this
		close(r.signals)
	})
	<-r.ended
	return nil
}

// reap reaps all orphans that have ended. The caller holds mu.
func (r *registry) reap() {
	if !anyEnded() {
		return // the child that the signal was for has been waited for
	}
	for _, pid := range children(os.Getpid()) {
		if !r.has(pid) {
			reap(pid)
		}
	}
}

// anyEnded reports whether any child has ended. It reaps none.
func anyEnded() bool {
	var status unix.Siginfo
	err := retry(func() error {
		return unix.Waitid(unix.P_ALL, 0, &status, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	})
	return err == nil && status.Signo != 0
}

// reap reaps a child if it has ended.
func reap(pid int) {
	_ = retry(func() error {
		_, err := unix.Wait4(pid, nil, unix.WNOHANG, nil) // ECHILD: it is not there any more
		return err
	})
}

func retry(f func() error) error {
	for {
		if err := f(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
