package configuration

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Errors of changes.
var (
	// ErrExists says that there is a session configuration of that name.
	ErrExists = errors.New("there is a session configuration of this name already")
	// ErrNotFound says that there is none.
	ErrNotFound = errors.New("there is no session configuration of this name")
)

// Register makes a session configuration. The error is ErrExists where there is
// one of that name in any case of letters, and holds *FileErrors where a setting
// is wrong.
func (s *Store) Register(t Session) error {
	return s.exclusively(func() error {
		if err := CheckName(t.Name); err != nil {
			return &FileError{Key: "Name", Err: err}
		}
		if err := t.Check(); err != nil {
			return err
		}
		if s.sessions[FoldName(t.Name)] != nil {
			return fmt.Errorf("%s: %w", t.Name, ErrExists)
		}
		path := filepath.Join(s.directory, sessionDirectory, t.Name+sessionExtension)
		return s.replace(path, sessionSchema(t.Name).write(&t))
	})
}

// ChangeSession changes a session configuration as edit says; edit must not
// change its Name and may refuse. The result is what is in force from now on.
// The error is ErrNotFound where there is none of that name, and holds
// *FileErrors where its file is broken or a setting would be wrong.
func (s *Store) ChangeSession(name string, edit func(*Session) error) (Session, error) {
	var changed Session
	err := s.exclusively(func() error {
		e := s.sessions[FoldName(name)]
		if e == nil {
			return fmt.Errorf("%s: %w", name, ErrNotFound)
		}
		var err error
		changed, err = change(s, e, sessionSchema(sessionName(e.path)), edit, (*Session).Check)
		return err
	})
	return changed, err
}

// Unregister removes a session configuration. The sessions that were opened
// with it go on. The error is ErrNotFound where there is none of that name.
func (s *Store) Unregister(name string) error {
	return s.exclusively(func() error {
		e := s.sessions[FoldName(name)]
		if e == nil {
			return fmt.Errorf("%s: %w", name, ErrNotFound)
		}
		delete(s.sessions, FoldName(name))
		return os.Remove(e.path)
	})
}

// ChangeService changes the service's settings as edit says, which may refuse.
// The error holds *FileErrors where the file is broken or a setting would be
// wrong.
func (s *Store) ChangeService(edit func(*Service) error) (Service, error) {
	var changed Service
	err := s.exclusively(func() error {
		var err error
		changed, err = change(s, &s.service, serviceSchema(), edit, (*Service).Check)
		return err
	})
	return changed, err
}

// change rewrites one file. A broken one is left to who broke it: what he meant
// is not known.
func change[T any](s *Store, e *entry[T], schema schema[T], edit func(*T) error, check func(*T) error) (T, error) {
	var none T
	content, _, err := ReadFile(e.path, nil)
	if err != nil {
		return none, err
	}
	parse := func(content []byte) (T, error) { return e.parse(e.path, content) }
	current, err := parse(content)
	if err != nil {
		return none, fmt.Errorf("mend the file first: %w", err)
	}
	t := current
	if err := edit(&t); err != nil {
		return none, err
	}
	if err := check(&t); err != nil {
		return none, err
	}
	if err := s.replace(e.path, schema.rewrite(content, &t, parse)); err != nil {
		return none, err
	}
	return t, e.load()
}

// replace writes a settings file. One that an administrator has opened to
// others stays so.
func (s *Store) replace(path string, content []byte) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return WriteFile(path, content, mode)
}

// exclusively runs f with the lock of the Store and that of the state
// directory's files, which other processes take too, and with the table of
// session configurations up to date.
func (s *Store) exclusively(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := lockFile(filepath.Join(s.directory, changeLock))
	if err != nil {
		return err
	}
	defer lock.Close()
	s.rescan()
	return f()
}

// changeLock is the file that is locked while settings are changed. It stays:
// to remove it would be to let two processes lock two files of this name.
const changeLock = ".settings.lock"
