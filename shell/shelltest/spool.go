package shelltest

import (
	"fmt"
	"io/fs"
	"strconv"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// Spool is a shell.Spool in memory. It outlives the shell that it was given
// to, as files outlive a process.
type Spool struct {
	mu      sync.Mutex
	full    bool
	records map[int]*record
	number  int
	index   []byte
}

var _ shell.Spool = (*Spool)(nil)

// record implements shell.Record.
type record struct {
	spool   *Spool
	number  int
	content []byte
	broken  bool
}

// SetFull says whether there is no room.
func (s *Spool) SetFull(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

// Break makes every record unreadable.
func (s *Spool) Break() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		r.broken = true
	}
}

// Records is the number of records that were not freed, Appended that of all.
func (s *Spool) Records() (held, appended int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records), s.number
}

// Append implements shell.Spool.
func (s *Spool) Append(content []byte) (shell.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return nil, fmt.Errorf("append: %w", shell.ErrSpoolFull)
	}
	if s.records == nil {
		s.records = make(map[int]*record)
	}
	s.number++
	r := &record{spool: s, number: s.number, content: append([]byte(nil), content...)}
	s.records[r.number] = r
	return r, nil
}

// Find implements shell.Spool.
func (s *Spool) Find(ref string) (shell.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := strconv.Atoi(ref)
	if err != nil {
		return nil, err
	}
	if r := s.records[n]; r != nil {
		return r, nil
	}
	return nil, fs.ErrNotExist
}

// SaveIndex implements shell.Spool.
func (s *Spool) SaveIndex(content []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full && len(content) > 0 {
		return shell.ErrSpoolFull
	}
	s.index = append([]byte(nil), content...)
	return nil
}

// LoadIndex implements shell.Spool.
func (s *Spool) LoadIndex() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]byte(nil), s.index...), nil
}

// Close implements shell.Spool.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.index = nil, nil
	return nil
}

// Read implements shell.Record.
func (r *record) Read() ([]byte, error) {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	if r.broken || r.spool.records[r.number] != r {
		return nil, fs.ErrClosed
	}
	return append([]byte(nil), r.content...), nil
}

// Size implements shell.Record.
func (r *record) Size() int { return len(r.content) }

// Ref implements shell.Record.
func (r *record) Ref() string { return strconv.Itoa(r.number) }

// Free implements shell.Record.
func (r *record) Free() {
	r.spool.mu.Lock()
	defer r.spool.mu.Unlock()
	delete(r.spool.records, r.number)
}
