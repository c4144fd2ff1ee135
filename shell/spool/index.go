package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const indexName = "index"

func (s *Spool) indexPath() string { return filepath.Join(s.directory, indexName) }

// newIndexPath is where an index is written before it takes its place.
func (s *Spool) newIndexPath() string { return s.indexPath() + ".new" }

// SaveIndex implements shell.Spool. Where the disk has no room it fails with
// shell.ErrSpoolFull, and after any error the index before is still there.
func (s *Spool) SaveIndex(content []byte) error {
	if len(content) > maxContent {
		return fmt.Errorf("spool: an index of %d bytes is too large", len(content))
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.underWay.Done()
	s.indexing.Lock()
	defer s.indexing.Unlock()
	if err := s.replaceIndex(content); err != nil {
		return fmt.Errorf("index of spool: %w", writeError(err))
	}
	return nil
}

func (s *Spool) replaceIndex(content []byte) error {
	if len(content) == 0 {
		if err := os.Remove(s.indexPath()); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	err := os.WriteFile(s.newIndexPath(), appendRecord(nil, 0, 0, content), 0o600)
	if err == nil {
		err = os.Rename(s.newIndexPath(), s.indexPath())
	}
	if err != nil {
		_ = os.Remove(s.newIndexPath()) // it may not be there
	}
	return err
}

// LoadIndex implements shell.Spool. An index that is not as it was saved is a
// CorruptError.
func (s *Spool) LoadIndex() ([]byte, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.underWay.Done()
	s.indexing.Lock()
	defer s.indexing.Unlock()
	b, err := os.ReadFile(s.indexPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("index of spool: %w", err)
	}
	content, wrong := parseRecord(b, 0)
	if wrong != "" {
		return nil, &CorruptError{File: s.indexPath(), Reason: wrong}
	}
	return content, nil
}
