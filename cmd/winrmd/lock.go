package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockFile is the file in the state directory that its daemon holds locked.
// It stays when the daemon ends: to remove it would be to let two daemons lock
// two files of this name.
const lockFile = "lock"

// stateLock is what the one daemon of a state directory has, from before it
// looks at the sessions until it ends. It belongs to the open file, not to the
// process and not to a socket that anybody can remove: it is held while the
// daemon starts and while it is stopped, and it ends with the last process that
// has the file open, however that ends. So a daemon that takes over from
// another needs only the open file, and the lock is free at no moment between.
type stateLock struct{ file *os.File }

// errLocked says that somebody else has the lock.
var errLocked = errors.New("it is locked")

// lockState takes the lock of a state directory, which it makes if it is
// missing.
func lockState(directory string) (*stateLock, error) {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	// Go opens files so that no other program inherits them: the hosts of the
	// sessions, which outlive the daemon, must not have this one.
	f, err := os.OpenFile(filepath.Join(directory, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	// A daemon that is killed while it starts a host leaves the lock to the new
	// process until that becomes the host: an instant.
	err = tryLock(f)
	for end := time.Now().Add(lockPatience); time.Now().Before(end) && errors.Is(err, errLocked); {
		time.Sleep(lockPause)
		err = tryLock(f)
	}
	return tookLock(directory, f, err)
}

// How long is waited for a lock that is held, and how often is looked.
const (
	lockPatience = time.Second
	lockPause    = 20 * time.Millisecond
)

// newStateLock makes a lock of the open lock file. It succeeds as well where
// the lock is held already by way of the same open file, which a daemon before
// has handed over.
func newStateLock(directory string, f *os.File) (*stateLock, error) {
	return tookLock(directory, f, tryLock(f))
}

// tookLock makes a lock of what tryLock has said. It is not asked twice: on Windows
// whoever has the lock does not get it again.
func tookLock(directory string, f *os.File, err error) (*stateLock, error) {
	if err == nil {
		return &stateLock{file: f}, nil
	}
	f.Close()
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("another winrmd serves the state directory %s: its file %s is locked", directory, lockFile)
	}
	return nil, fmt.Errorf("lock of the state directory: %s: %w", f.Name(), err)
}

// release lets go of the lock. It is never unlocked, only closed: unlocking
// would take it from the daemon that has the same open file.
func (l *stateLock) release() { l.file.Close() }
