package spool

import (
	"errors"
	"fmt"
	"os"
)

// Close implements shell.Spool: it waits for calls under way and removes the
// directory with everything in it. Records are of no use after it. Only the
// first of Close and Leave does anything; later calls return what it returned.
func (s *Spool) Close() error {
	s.end.Do(func() {
		s.stop()
		_ = s.closeFiles() // nothing in them matters any more
		if err := os.RemoveAll(s.directory); err != nil {
			s.endErr = fmt.Errorf("spool: %w", err)
		}
	})
	return s.endErr
}

// Leave is Close, but leaves everything for a process that comes after.
func (s *Spool) Leave() error {
	s.end.Do(func() {
		s.stop()
		if s.newest != nil {
			s.newest.seal()
		}
		s.endErr = s.closeFiles()
	})
	return s.endErr
}

// stop lets nobody begin anything and waits for what is under way.
func (s *Spool) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.underWay.Wait()
}

func (s *Spool) closeFiles() error {
	var failures []error
	for _, g := range s.segments {
		if g.file != nil {
			failures = append(failures, g.file.Close())
			g.file = nil
		}
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}
