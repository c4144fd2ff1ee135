//go:build unix && !linux

package process

import (
	"errors"
	"syscall"
)

// openWatcher watches the process that has the number now. Where there are no
// identities, another one that comes to have it is taken for it.
func openWatcher(pid int) (watcher, error) {
	first, _ := Identity(pid)
	return newTicking(func() bool {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		now, err := Identity(pid)
		return err == nil && now != first
	}), nil
}
