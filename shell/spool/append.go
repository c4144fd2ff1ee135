package spool

import (
	"errors"
	"fmt"
	"math"

	"github.com/winrmd/winrmd/shell"
)

// maxBuffer is how many bytes the buffer for writing may keep.
const maxBuffer = 1 << 20

// maxContent is the largest record, in bytes: its length must fit an int32.
const maxContent = math.MaxInt32 - headerSize

// Append implements shell.Spool. A record that is larger than a segment gets
// one of its own. Where room is missing it waits for segments that are being
// removed. After Close it fails with fs.ErrClosed.
func (s *Spool) Append(content []byte) (shell.Record, error) {
	if len(content) > maxContent {
		return nil, fmt.Errorf("spool: a record of %d bytes is too large", len(content))
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.underWay.Done()
	s.writing.Lock()
	defer s.writing.Unlock()
	for {
		removals := s.countRemovals()
		r, err := s.write(content)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, shell.ErrSpoolFull) || !s.reclaim(removals) {
			return nil, fmt.Errorf("spool: %w", err)
		}
	}
}

// write writes a record after the last one. The caller holds writing.
func (s *Spool) write(content []byte) (*record, error) {
	need := int64(headerSize + len(content))
	if g := s.newest; g == nil || g.sealed || g.size-g.end < need {
		if err := s.begin(need); err != nil {
			return nil, err
		}
	}
	g := s.newest
	s.buffer = appendRecord(s.buffer[:0], g.number, g.records, content)
	_, err := g.file.WriteAt(s.buffer, g.end)
	if cap(s.buffer) > maxBuffer {
		s.buffer = nil
	}
	if err != nil {
		g.undo()
		return nil, writeError(err)
	}
	r := &record{segment: g, offset: g.end, length: int32(len(content))}
	g.end += need
	g.records++
	s.mu.Lock()
	g.held++
	s.mu.Unlock()
	return r, nil
}

// reclaim makes room if it can, and reports whether there may be more than
// there was after so many removals. The caller holds writing.
func (s *Spool) reclaim(removals int) bool {
	s.mu.Lock()
	removing := s.removing
	s.mu.Unlock()
	if removing != nil {
		<-removing
	}
	emptied := s.emptyNewest()
	return emptied || s.countRemovals() != removals
}
