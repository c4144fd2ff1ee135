package spool

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/winrmd/winrmd/shell"
)

// allowance is how large a spool may be by the word of another process, which
// counts all spools of a server: this one cannot see those of other accounts. The
// word is in a file that only that process writes.
type allowance struct {
	path    string    // empty: there is none
	refused time.Time // when waiting for more was last in vain
}

// How long a spool waits until whoever counts has seen that it needs more, how
// often it looks, and how long it does not wait again after that was in vain: what
// is full stays full for a while.
const (
	allowanceWait  = 5 * CountInterval / 2
	allowancePause = 50 * time.Millisecond
	allowanceRest  = 10 * CountInterval
)

// CountInterval is how often whoever counts the spools of a server is to do so.
const CountInterval = time.Second

// maxAllowance bounds what is read, in bytes: it is a number.
const maxAllowance = 32

// ReadAllowance reads how large, in bytes, a spool may be. The error is
// fs.ErrNotExist where nobody has said.
func ReadAllowance(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("allowance: %w", err)
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(string(text[:min(len(text), maxAllowance)]), "\n"), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("allowance %s is no size", path)
	}
	return n, nil
}

// WriteAllowance says how large, in bytes, a spool may be, all or nothing. The
// file is for everybody to read who is let at it.
func WriteAllowance(path string, n int64) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(strconv.FormatInt(n, 10)+"\n"), 0o644); err != nil {
		return fmt.Errorf("allowance: %w", err)
	}
	err := os.Chmod(fresh, 0o644) // whatever this process's mask is
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return fmt.Errorf("allowance: %w", errors.Join(err, os.Remove(fresh)))
	}
	return nil
}

// allowed is how many bytes a new segment of s may have, of room that its own limit
// leaves, and an error that is shell.ErrSpoolFull if that is less than need. It
// waits a little for more to be allowed. The caller holds writing.
func (s *Spool) allowed(need, spare, room int64) (int64, error) {
	for end := time.Now().Add(allowanceWait); ; time.Sleep(allowancePause) {
		most, err := ReadAllowance(s.allowance.path)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", shell.ErrSpoolFull, err)
		}
		s.mu.Lock()
		left := most - s.used + spare
		s.mu.Unlock()
		if left >= need {
			return min(room, left), nil
		}
		if now := time.Now(); now.After(end) || now.Sub(s.allowance.refused) < allowanceRest {
			if now.After(end) {
				s.allowance.refused = now
			}
			return 0, fmt.Errorf("%w: the limit for all shells together allows this one %d bytes", shell.ErrSpoolFull, most)
		}
	}
}
