package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// segment is a file of records.
type segment struct {
	spool  *Spool
	number uint64 // from 1
	path   string
	ours   bool // this process has begun it

	// Only whoever holds Spool.writing uses these.
	end     int64  // where the next record goes
	records uint32 // how many there are before it
	sealed  bool   // nothing more is written to it

	// These are guarded by Spool.mu. The size and the newest segment's file are
	// changed with Spool.writing held too, so who holds that may read them.
	size  int64    // of the file, which is what limits count
	file  *os.File // nil when it is not open
	held  int      // records that are not freed
	reads int      // under way
	kept  bool     // from a process before, and Sweep was not called yet
}

const segmentSuffix = ".segment"

func segmentName(number uint64) string { return fmt.Sprintf("%08d", number) + segmentSuffix }

// segmentNumber is 0 for the name of another file.
func segmentNumber(name string) uint64 {
	digits, _ := strings.CutSuffix(name, segmentSuffix)
	number, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || segmentName(number) != name {
		return 0
	}
	return number
}

// create makes the file of a segment with all of its size, as a hole: so
// everybody who looks at it knows what it may come to.
func create(path string, size int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(size); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, nil
}

// undo takes back a write that failed after end. If that cannot be done the
// rest of the segment is not used.
func (g *segment) undo() {
	err := g.file.Truncate(g.end)
	if err == nil {
		err = g.file.Truncate(g.size)
	}
	g.sealed = err != nil
}

// idle reports whether nobody needs what is in the segment.
func (g *segment) idle() bool { return g.held == 0 && g.reads == 0 && !g.kept }

// remove removes the file, which nobody uses any more.
func (g *segment) remove() error {
	if g.file != nil {
		_ = g.file.Close() // before the removal, for Windows; nothing can be lost
	}
	return os.Remove(g.path)
}

// Size is the number of bytes of all segments in the directory of a spool, as
// limits count them. A directory that does not exist has none.
func Size(directory string) (int64, error) {
	var sum int64
	err := eachSegment(directory, func(_ uint64, size int64) { sum += size })
	if err != nil {
		return 0, fmt.Errorf("size of spool: %w", err)
	}
	return sum, nil
}

// maxForeign is how many files are looked at in a directory that others may have
// filled.
const maxForeign = 1 << 14

// SizeIn is Size of a directory that is not to lead out of another, and in which
// there may be anything. One with more than 16384 files is an error.
func SizeIn(root *os.Root, directory string) (int64, error) {
	within, err := root.OpenRoot(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("size of spool: %w", err)
	}
	defer within.Close()
	list, err := within.Open(".")
	if err != nil {
		return 0, fmt.Errorf("size of spool: %w", err)
	}
	defer list.Close()
	entries, err := list.ReadDir(maxForeign + 1)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return 0, fmt.Errorf("size of spool: %w", err)
	case len(entries) > maxForeign:
		return 0, fmt.Errorf("size of spool: more than %d files", maxForeign)
	}
	var sum int64
	err = eachSegmentOf(entries, within.Lstat, func(_ uint64, size int64) { sum += size })
	if err != nil {
		return 0, fmt.Errorf("size of spool: %w", err)
	}
	return sum, nil
}

// eachSegment calls f for each segment in a directory.
func eachSegment(directory string, f func(number uint64, size int64)) error {
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return eachSegmentOf(entries, func(name string) (fs.FileInfo, error) { return os.Lstat(filepath.Join(directory, name)) }, f)
}

// eachSegmentOf is eachSegment for what is in a directory, whose files look looks
// at.
func eachSegmentOf(entries []fs.DirEntry, look func(name string) (fs.FileInfo, error), f func(number uint64, size int64)) error {
	for _, entry := range entries {
		number := segmentNumber(entry.Name())
		if number == 0 {
			continue
		}
		// On Windows the entry's own size is not up to date while a process
		// has the file open.
		info, err := look(entry.Name())
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed since
		case err != nil:
			return err
		case info.Mode().IsRegular():
			f(number, info.Size())
		}
	}
	return nil
}
