package process

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// OwnSession says that children in this process's session (setsid) are its own,
// however they were started: neither a Reaper nor KillOrphans touches them. It is
// for a process whose orphans all come from other sessions, as those of a daemon
// do, whose hosts lead sessions of their own. It counts until the process ends.
func OwnSession() error {
	session, err := unix.Getsid(0)
	if err != nil {
		return fmt.Errorf("session of this process: %w", err)
	}
	ours.mu.Lock()
	defer ours.mu.Unlock()
	ours.session, ours.spared = session, true
	return nil
}
