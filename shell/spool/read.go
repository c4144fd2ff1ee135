package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// maxOpen is how many segments stay open to be read, besides the newest: a
// shell that is far behind must not use up the process's files. Records are
// mostly read in the order in which they were written.
const maxOpen = 8

// Read implements shell.Record. What is not as it was written is a
// CorruptError; a record that was freed, or whose spool is closed, is
// fs.ErrClosed.
func (r *record) Read() ([]byte, error) {
	g := r.segment
	if err := g.spool.enter(); err != nil {
		return nil, err
	}
	defer g.spool.underWay.Done()
	f, err := r.borrow()
	if err != nil {
		return nil, err
	}
	defer g.giveBack()
	b := make([]byte, headerSize+int(r.length))
	if _, err = f.ReadAt(b, r.offset); errors.Is(err, io.EOF) {
		return nil, &CorruptError{File: g.path, Offset: r.offset, Reason: "the file ends before the record does"}
	} else if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	content, wrong := parseRecord(b, g.number)
	if wrong != "" {
		return nil, &CorruptError{File: g.path, Offset: r.offset, Reason: wrong}
	}
	return content, nil
}

// borrow returns the open file of a record's segment, which stays there until
// giveBack.
func (r *record) borrow() (*os.File, error) {
	g, s := r.segment, r.segment.spool
	s.mu.Lock()
	if r.freed {
		s.mu.Unlock()
		return nil, fmt.Errorf("spool: record %s was freed: %w", r.Ref(), fs.ErrClosed)
	}
	g.reads++
	f := g.file
	s.mu.Unlock()
	if f != nil {
		return f, nil
	}
	f, err := os.Open(g.path)
	if err != nil {
		g.giveBack()
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &CorruptError{File: g.path, Offset: r.offset, Reason: "the file is gone", Cause: err}
		}
		return nil, fmt.Errorf("spool: %w", err)
	}
	return g.opened(f), nil
}

// opened makes f the segment's file, unless it has one by now, and returns the
// segment's file.
func (g *segment) opened(f *os.File) *os.File {
	s := g.spool
	s.mu.Lock()
	surplus := f
	if g.file == nil {
		g.file = f
		s.open = append(s.open, g)
		surplus = s.surplus()
	}
	f = g.file
	s.mu.Unlock()
	closeFile(surplus)
	return f
}

// giveBack ends a read.
func (g *segment) giveBack() {
	s := g.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	g.reads--
	s.settle(g)
}

// surplus takes out a file that is one too many, for the caller to close when
// it has let go of the lock; nil if there is none. The caller holds mu.
func (s *Spool) surplus() *os.File {
	if len(s.open) <= maxOpen {
		return nil
	}
	i := slices.IndexFunc(s.open, func(g *segment) bool { return g.reads == 0 })
	if i < 0 {
		return nil
	}
	f := s.open[i].file
	s.open[i].file = nil
	s.open = slices.Delete(s.open, i, i+1)
	return f
}

// closeFile closes a file of which nothing can be lost, if there is one.
func closeFile(f *os.File) {
	if f != nil {
		_ = f.Close()
	}
}
