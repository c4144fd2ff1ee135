package spool

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile waits for the lock that path stands for.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped))
	if err != nil {
		return nil, errors.Join(&os.PathError{Op: "LockFileEx", Path: path, Err: err}, f.Close())
	}
	return f.Close, nil // closing it gives the lock back
}
