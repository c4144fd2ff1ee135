package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// Config says where a spool lies and how large it may be. What counts is in
// the package comment.
type Config struct {
	// Directory is this spool's own. It is made, with mode 0700, or 0750 if it is
	// Shared, where it is missing.
	Directory string
	// Limit is for this spool, in bytes; 0: none.
	Limit int64
	// TotalLimit is for all spools TotalDirectory/*/spool together, of which
	// Directory must be one, in bytes; 0: none, and TotalDirectory is not
	// used. Processes lock the file spool.lock in it.
	TotalDirectory string
	TotalLimit     int64
	// Allowance, if not empty, is the path of a file that says how large, in bytes,
	// this spool may be: another process counts all spools of a server and shares
	// out what is left; see WriteAllowance. It is for those who cannot see the others,
	// and not together with TotalLimit.
	Allowance string
	// Shared lets the directory's group see how large the spool is.
	Shared bool
	// SegmentSize is how large segments become, in bytes. 0 stands for 4 MiB,
	// or an eighth of a small Limit so that room comes back in pieces.
	SegmentSize int64
}

const (
	defaultSegmentSize = 4 << 20
	minSegmentSize     = 64 << 10 // what an eighth of the limit is at least
)

func (c Config) segmentSize() int64 {
	switch {
	case c.SegmentSize > 0:
		return c.SegmentSize
	case c.Limit > 0:
		return min(defaultSegmentSize, max(minSegmentSize, c.Limit/8))
	default:
		return defaultSegmentSize
	}
}

// Spool implements shell.Spool.
type Spool struct {
	directory   string
	limit       int64 // math.MaxInt64: none
	total       total
	allowance   allowance // guarded by writing
	segmentSize int64

	underWay sync.WaitGroup // calls that use files, and the goroutines that give room back
	end      sync.Once      // Close or Leave, whichever is first
	endErr   error

	indexing sync.Mutex // held while the index is replaced

	writing sync.Mutex // held while a segment is written or begun; taken before mu
	buffer  []byte     // guarded by writing: the record being written

	mu       sync.Mutex // never held while waiting for the disk
	closed   bool
	segments map[uint64]*segment // by number
	newest   *segment            // nil if there is none; changed with writing held too
	used     int64               // bytes of all segments, those being removed included
	open     []*segment          // with a file, except newest; in the order of opening
	doomed   []*segment          // to be removed
	removing chan struct{}       // closed when doomed is empty; nil if nothing is removed
	removals int                 // how many segments were removed so far
	emptying bool                // a goroutine is about to empty the newest
}

var _ shell.Spool = (*Spool)(nil)

// Open opens a spool, with all that a process before this one may have left in
// its directory. New records go to new segments.
func Open(c Config) (*Spool, error) {
	if c.Limit < 0 || c.TotalLimit < 0 || c.SegmentSize < 0 {
		return nil, errors.New("spool: a limit is negative")
	}
	if c.Allowance != "" && c.TotalLimit > 0 {
		return nil, errors.New("spool: an allowance and a limit for all")
	}
	s := &Spool{
		allowance:   allowance{path: c.Allowance},
		directory:   filepath.Clean(c.Directory),
		limit:       c.Limit,
		total:       total{directory: c.TotalDirectory, limit: c.TotalLimit},
		segmentSize: c.segmentSize(),
		segments:    map[uint64]*segment{},
	}
	if s.limit == 0 {
		s.limit = math.MaxInt64
	}
	if err := s.total.check(c.Directory); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	mode := fs.FileMode(0o700)
	if c.Shared {
		mode = 0o750
	}
	if err := os.MkdirAll(s.directory, mode); err != nil {
		return nil, fmt.Errorf("spool: %w", writeError(err))
	}
	// What a process that died was writing.
	if err := os.Remove(s.newIndexPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("spool: %w", err)
	}
	if err := eachSegment(s.directory, s.recover); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	return s, nil
}

// recover takes a segment over that was there before.
func (s *Spool) recover(number uint64, size int64) {
	g := &segment{spool: s, number: number, path: s.path(number), size: size, sealed: true, kept: true}
	s.segments[number] = g
	s.used += size
	if s.newest == nil || s.newest.number < number {
		s.newest = g
	}
}

func (s *Spool) path(number uint64) string { return filepath.Join(s.directory, segmentName(number)) }

// enter begins a call that uses files. It fails with fs.ErrClosed.
func (s *Spool) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("spool %s: %w", s.directory, fs.ErrClosed)
	}
	s.underWay.Add(1)
	return nil
}
