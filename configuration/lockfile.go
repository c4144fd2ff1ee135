package configuration

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// How long is waited for a lock that is held, and how often is looked.
const (
	lockPatience = 10 * time.Second
	lockPause    = 10 * time.Millisecond
)

// errLocked says that somebody else has a lock.
var errLocked = errors.New("it is locked")

// lockFile makes a file if it is missing and locks it. The lock ends when the
// file is closed, also by the end of the process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noLink, 0o600)
	if err != nil {
		return nil, err
	}
	if err := shareOwner(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	for end := time.Now().Add(lockPatience); ; time.Sleep(lockPause) {
		err = tryLock(f)
		if !errors.Is(err, errLocked) || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: somebody else changes settings: %w", path, err), f.Close())
	}
	return f, nil
}
