package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Remove removes the scope, with what was made within it, when no process is
// left there, and closes it. It kills nobody: see Kill. Until ctx ends it waits.
func (s *Scope) Remove(ctx context.Context) error {
	for {
		err := s.remove()
		if err == nil {
			return s.Close()
		}
		if !errors.Is(err, unix.EBUSY) {
			return fmt.Errorf("remove scope %s: %w", s.path, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("remove scope %s: %w: %w", s.path, err, ctx.Err())
		}
		s.awaitChange()
	}
}

// remove removes what is empty. A unit's group systemd removes, when it has found it
// empty: it would not find that of one that has gone, and take the unit for active.
func (s *Scope) remove() error {
	if isUnit(s.path) {
		if s.isThere() {
			return unix.EBUSY
		}
		return nil
	}
	for _, group := range slices.Backward(s.groups()) {
		if group == "." {
			continue
		}
		err := unix.Unlinkat(int(s.dir.Fd()), group, unix.AT_REMOVEDIR)
		if err != nil && !removed(err) {
			return err
		}
	}
	if !s.isThere() {
		return nil // somebody else has removed it
	}
	if err := unix.Rmdir(s.path); err != nil && !removed(err) {
		return err
	}
	return nil
}

// isThere reports whether the scope has its directory, and not another one that was
// made at its path.
func (s *Scope) isThere() bool {
	ours, err := s.dir.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(s.path)
	return err == nil && os.SameFile(ours, now)
}

// patience is how long awaitChange waits at most. A scope may be busy that has
// nobody in it, when one was just made within it: that would wake up no one.
const patience = 50 * time.Millisecond

// awaitChange waits until the last process has left, or for patience.
func (s *Scope) awaitChange() {
	events, err := s.root.Open("cgroup.events")
	if err != nil {
		return // it is gone: remove will find that
	}
	defer func() { _ = events.Close() }()
	buffer := make([]byte, 256)
	n, _ := events.Read(buffer) // what is reported are changes since it was read
	timeout := patience
	if !isPopulated(buffer[:n]) {
		timeout /= 10
	}
	set := []unix.PollFd{{Fd: int32(events.Fd()), Events: unix.POLLPRI}}
	_, _ = unix.Poll(set, int(timeout.Milliseconds())) // it is looked again anyway
}
