//go:build unix

package users

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// checkPrivate refuses a file that group or others can read or change.
func checkPrivate(path string) func(fs.FileInfo) error {
	return func(info fs.FileInfo) error {
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return fmt.Errorf("%s can be used by others (mode %04o); run: chmod 600 %s", path, mode, path)
		}
		return nil
	}
}

// lockFile waits for the lock that path stands for. The file stays there: if
// it were removed, two processes could hold locks on two files of one name.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil // closing it gives the lock back
}
