package shellhost

import (
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// lazySpool is a spool that is opened when something is put into it: most
// shells never need one.
type lazySpool struct {
	config spool.Config

	mu     sync.Mutex
	spool  *spool.Spool
	closed bool
}

// newSpool makes the spool of a host.
func newSpool(start *Start) *lazySpool {
	c := spool.Config{
		Directory: filepath.Join(start.Directory, spoolName), Limit: int64(start.Configuration.SpoolSize),
		TotalDirectory: filepath.Dir(start.Directory), TotalLimit: int64(start.Configuration.TotalSpoolSize),
	}
	c.Shared = start.Account != ""
	switch {
	case start.Allowance:
		c.Allowance = allowancePath(c.TotalDirectory, start.ShellID)
		c.TotalDirectory, c.TotalLimit = "", 0
	case start.Account != "": // its daemon is of a version that does not count, and others' spools are not to be seen
		c.TotalDirectory, c.TotalLimit = "", 0
	}
	return &lazySpool{config: c}
}

// open opens the spool, once.
func (l *lazySpool) open() (*spool.Spool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, os.ErrClosed
	}
	if l.spool != nil {
		return l.spool, nil
	}
	s, err := spool.Open(l.config)
	if err == nil {
		l.spool = s
	}
	return s, err
}

// opened is the spool if it was opened.
func (l *lazySpool) opened() *spool.Spool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spool
}

// Append implements shell.Spool.
func (l *lazySpool) Append(content []byte) (shell.Record, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	return s.Append(content)
}

// Find implements shell.Spool.
func (l *lazySpool) Find(ref string) (shell.Record, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	return s.Find(ref)
}

// SaveIndex implements shell.Spool.
func (l *lazySpool) SaveIndex(content []byte) error {
	if len(content) == 0 && l.opened() == nil {
		return nil
	}
	s, err := l.open()
	if err != nil {
		return err
	}
	return s.SaveIndex(content)
}

// LoadIndex implements shell.Spool.
func (l *lazySpool) LoadIndex() ([]byte, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	return s.LoadIndex()
}

// Close implements shell.Spool.
func (l *lazySpool) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.spool == nil {
		return nil
	}
	return l.spool.Close()
}

// hasRemains reports whether the host of a directory has left something that
// another can give out.
func hasRemains(directory string) bool {
	s, err := spool.Open(spool.Config{Directory: filepath.Join(directory, spoolName)})
	if err != nil {
		return false
	}
	text, err := s.LoadIndex()
	return errors.Join(err, s.Leave()) == nil && len(text) > 0
}
