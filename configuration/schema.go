package configuration

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxUnknownKeys is how many unknown keys of one file are reported: a file that
// is something else altogether would fill the log.
const maxUnknownKeys = 10

// schema is everything that is known about one kind of settings file.
type schema[T any] struct {
	// heading is the comment at the head of a generated file.
	heading string
	// settings are all keys, those at the top of the file first and those of
	// one table together.
	settings []setting[T]
	// relations checks what no single setting can; the key is the one to blame.
	relations func(*T) (key string, err error)
}

// describe lists the settings without their fields.
func (s schema[T]) describe() []Setting {
	all := make([]Setting, len(s.settings))
	for i := range s.settings {
		all[i] = s.settings[i].Setting
	}
	return all
}

// defaults is the value of an empty file.
func (s schema[T]) defaults() T {
	var t T
	for i := range s.settings {
		s.settings[i].reset(&t)
	}
	return t
}

// parse reads a file's content. Its errors are FileErrors, joined where there
// are several.
func (s schema[T]) parse(file string, content []byte) (T, error) {
	t := s.defaults()
	positions := scanKeys(content)
	if err := s.checkKeys(file, content, positions); err != nil {
		return t, err
	}
	decoder := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields()
	if err := decoder.Decode(&t); err != nil {
		return t, decodeError(file, err)
	}
	return t, s.validate(file, &t, content, positions)
}

// checkKeys wants every key in the exact spelling: the decoder would take any
// case, and then two spellings of one key in one file.
func (s schema[T]) checkKeys(file string, content []byte, positions []keyPosition) error {
	known := map[string]bool{}
	spelling := map[string]string{}
	for i := range s.settings {
		key := s.settings[i].Key()
		known[key] = true
		spelling[FoldName(key)] = key
	}
	var all []error
	for _, p := range positions {
		if known[p.key] || s.below(p.key) {
			continue
		}
		if len(all) == maxUnknownKeys {
			break
		}
		err := errors.New("unknown key")
		if right, ok := spelling[FoldName(p.key)]; ok {
			err = fmt.Errorf("unknown key: it is spelled %s", right)
		}
		line, column := lineColumn(content, p.offset)
		all = append(all, &FileError{File: file, Line: line, Column: column, Key: p.key, Err: err})
	}
	return errors.Join(all...)
}

// below reports whether a key is one of those that the administrator chooses.
func (s schema[T]) below(key string) bool {
	for i := range s.settings {
		if one := &s.settings[i]; one.isTable() && strings.HasPrefix(key, one.Key()+".") {
			return true
		}
	}
	return false
}

func (s schema[T]) validate(file string, t *T, content []byte, positions []keyPosition) error {
	var all []error
	complain := func(key string, err error) {
		e := &FileError{File: file, Key: key, Err: err}
		for _, p := range positions {
			if p.key == key || e.Line == 0 && strings.HasPrefix(p.key, key+".") {
				e.Line, e.Column = lineColumn(content, p.offset)
			}
		}
		all = append(all, e)
	}
	for i := range s.settings {
		if s.settings[i].check == nil {
			continue
		}
		if err := s.settings[i].check(t); err != nil {
			complain(s.settings[i].Key(), err)
		}
	}
	if s.relations != nil {
		if key, err := s.relations(t); err != nil {
			complain(key, err)
		}
	}
	return errors.Join(all...)
}

// decodeError turns the TOML library's errors into FileErrors.
func decodeError(file string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		var all []error
		for i := range unknown.Errors {
			all = append(all, positioned(file, &unknown.Errors[i]))
		}
		return errors.Join(all...)
	}
	var one *toml.DecodeError
	if errors.As(err, &one) {
		return positioned(file, one)
	}
	return &FileError{File: file, Err: err}
}

func positioned(file string, err *toml.DecodeError) *FileError {
	line, column := err.Position()
	return &FileError{File: file, Line: line, Column: column, Key: strings.Join(err.Key(), "."), Err: err}
}
