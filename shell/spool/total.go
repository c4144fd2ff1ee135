package spool

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/winrmd/winrmd/shell"
)

const (
	// spoolName is the name of each shell's spool, where there is a limit for
	// all of them.
	spoolName = "spool"
	// lockName is the file that processes lock to begin a segment.
	lockName = "spool.lock"
)

// total is the limit that all spools of a server have together.
type total struct {
	directory string
	limit     int64 // 0: none
}

// check reports whether a spool in directory would be counted.
func (t total) check(directory string) error {
	if t.limit == 0 {
		return nil
	}
	parent, name := filepath.Split(filepath.Clean(directory))
	if name != spoolName || filepath.Dir(filepath.Clean(parent)) != filepath.Clean(t.directory) {
		return fmt.Errorf("%s is not a directory of the form %s", directory, filepath.Join(t.directory, "*", spoolName))
	}
	return nil
}

// lock keeps others from beginning segments.
func (t total) lock() (unlock func(), err error) {
	if t.limit == 0 {
		return func() {}, nil
	}
	release, err := lockFile(filepath.Join(t.directory, lockName))
	if err != nil {
		return nil, err
	}
	return func() { _ = release() }, nil // nothing was written to it
}

// taken is the number of bytes that all spools have.
func (t total) taken() (int64, error) {
	entries, err := os.ReadDir(t.directory)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		size, err := Size(filepath.Join(t.directory, entry.Name(), spoolName))
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}

// room is how many bytes a new segment of s may have, and an error that is
// shell.ErrSpoolFull if that is less than need. spare are bytes that s gives
// back by beginning it. The caller has the lock.
func (s *Spool) room(need, spare int64) (int64, error) {
	s.mu.Lock()
	room := s.limit - s.used + spare
	s.mu.Unlock()
	if room < need {
		return 0, fmt.Errorf("%w: the limit for one shell is %d bytes", shell.ErrSpoolFull, s.limit)
	}
	if s.allowance.path != "" {
		return s.allowed(need, spare, room)
	}
	if s.total.limit == 0 {
		return room, nil
	}
	taken, err := s.total.taken()
	if err != nil {
		return 0, err
	}
	if room = min(room, s.total.limit-taken+spare); room < need {
		return 0, fmt.Errorf("%w: the limit for all shells together is %d bytes", shell.ErrSpoolFull, s.total.limit)
	}
	return room, nil
}
