//go:build unix

package configuration

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks a file without waiting. flock is meant, not a POSIX record
// lock, which would belong to the process.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
