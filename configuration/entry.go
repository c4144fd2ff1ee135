package configuration

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
)

// entry is one settings file: its last good value, and what is needed to see
// that it has changed. It is guarded by the Store's lock.
type entry[T any] struct {
	path  string
	parse func(path string, content []byte) (T, error)

	version FileVersion
	content []byte // of the last reading, good or bad
	value   T      // of the last good reading
	good    bool   // whether there was one
	failure string // what was logged last; a failure is logged once
}

// load reads the file if it has changed. After an error value and good are as
// they were.
func (e *entry[T]) load() error {
	info, err := os.Stat(e.path)
	if err != nil {
		e.version, e.content = FileVersion{}, nil
		return err
	}
	if e.version.Current(info) {
		return nil
	}
	content, version, err := ReadFile(e.path, nil)
	e.version = version
	if err != nil {
		e.content = nil
		return err
	}
	if e.content != nil && bytes.Equal(content, e.content) {
		return nil
	}
	e.content = content
	value, err := e.parse(e.path, content)
	if err != nil {
		return err
	}
	e.value, e.good, e.failure = value, true, ""
	return nil
}

// refresh loads and logs a failure once. It reports whether the file is there.
func (e *entry[T]) refresh(logger *slog.Logger) bool {
	err := e.load()
	if err == nil {
		return true // good, or broken as it was when it was logged
	}
	if text := err.Error(); text != e.failure {
		e.failure = text
		logger.Error("settings file not used", "file", e.path, "error", err, "last_good_used", e.good)
	}
	return !errors.Is(err, fs.ErrNotExist)
}
