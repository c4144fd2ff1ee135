package configuration

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const (
	serviceFile      = "winrmd.toml"
	sessionDirectory = "configurations"
	sessionExtension = ".toml"
)

// DefaultSessions are the session configurations that Open makes: PowerShell's
// own default, and the name under which PowerShell 7 registers itself.
func DefaultSessions() []string { return []string{"Microsoft.PowerShell", "PowerShell.7"} }

// Store holds the settings in a state directory. Each look-up first sees
// whether the file has changed: a changed file is read again, one with an
// error is logged once and its last good content stays. A Store may be used by
// several goroutines.
type Store struct {
	directory string
	logger    *slog.Logger

	mu       sync.Mutex
	service  entry[Service]
	sessions map[string]*entry[Session] // by folded name
	misnamed map[string]bool            // files logged because of their names
}

// Open opens the state directory dir, makes it (mode 0700) and winrmd.toml if
// they are missing, and the default session configurations the first time, and
// loads all files. A file with an error is an error
// here: FileErrors, joined where there are several.
func Open(dir string, logger *slog.Logger) (*Store, error) {
	s := newStore(dir, logger)
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// OpenLenient is Open for who changes settings: a file with an error is logged,
// and the others can be used.
func OpenLenient(dir string, logger *slog.Logger) (*Store, error) {
	s := newStore(dir, logger)
	if err := s.create(); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	s.Service()
	s.Sessions()
	return s, nil
}

// Validate says what is wrong with the files of a state directory: FileErrors,
// joined where there are several. Nothing is made and nothing is logged.
func Validate(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	err := newStore(dir, slog.New(slog.DiscardHandler)).load()
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; winrmd serve makes the files that are missing", err)
	}
	return err
}

func newStore(dir string, logger *slog.Logger) *Store {
	return &Store{
		directory: dir,
		logger:    logger,
		service:   entry[Service]{path: filepath.Join(dir, serviceFile), parse: serviceSchema().parse},
		sessions:  map[string]*entry[Session]{},
		misnamed:  map[string]bool{},
	}
}

// load loads every file.
func (s *Store) load() error {
	failures := []error{s.service.load()}
	problems, err := s.scan()
	failures = append(failures, err)
	for _, p := range problems {
		failures = append(failures, p)
	}
	for _, e := range s.sessions {
		failures = append(failures, e.load())
	}
	return errors.Join(failures...)
}

// create makes what is missing. The default session configurations are made
// once: an administrator may have removed them.
func (s *Store) create() error {
	sessions := filepath.Join(s.directory, sessionDirectory)
	if err := os.MkdirAll(sessions, 0o700); err != nil {
		return err
	}
	if err := writeMissing(s.service.path, serviceSchema().generate()); err != nil {
		return err
	}
	made := filepath.Join(sessions, defaultsMade)
	if _, err := os.Lstat(made); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range DefaultSessions() {
		if err := writeMissing(filepath.Join(sessions, name+sessionExtension), sessionSchema(name).generate()); err != nil {
			return err
		}
	}
	return writeMissing(made, nil)
}

// defaultsMade is the file that says that the default session configurations
// were made.
const defaultsMade = ".defaults-made"

// Service returns the service's settings.
func (s *Store) Service() Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.service.refresh(s.logger)
	return s.service.value
}

// Session returns the session configuration of that name, in any case of
// letters. It is found even if it is not Enabled.
func (s *Store) Session(name string) (Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := FoldName(name)
	e := s.sessions[key]
	if e == nil || !e.refresh(s.logger) {
		s.rescan()
		if e = s.sessions[key]; e == nil || !e.refresh(s.logger) {
			return Session{}, false
		}
	}
	return e.value, e.good
}

// Sessions returns all session configurations, in the order of their names.
func (s *Store) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rescan()
	var all []Session
	for _, e := range s.sessions {
		if e.refresh(s.logger) && e.good {
			all = append(all, e.value)
		}
	}
	slices.SortFunc(all, func(a, b Session) int { return strings.Compare(FoldName(a.Name), FoldName(b.Name)) })
	return all
}

// rescan sees which files there are, and logs a file with an impossible name
// once.
func (s *Store) rescan() {
	problems, err := s.scan()
	if err != nil {
		s.logger.Error("session configurations cannot be listed", "error", err)
		return
	}
	misnamed := map[string]bool{}
	for _, p := range problems {
		misnamed[p.File] = true
		if !s.misnamed[p.File] {
			s.logger.Error("session configuration not used", "file", p.File, "error", p.Err)
		}
	}
	s.misnamed = misnamed
}

// scan brings the table of session configurations in line with the files. The
// problems are files whose names cannot be used.
func (s *Store) scan() (problems []*FileError, err error) {
	directory := filepath.Join(s.directory, sessionDirectory)
	files, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	found := map[string]bool{}
	for _, file := range files { // sorted by name
		// Editors keep their own files beside, with a dot in front.
		if filepath.Ext(file.Name()) != sessionExtension || strings.HasPrefix(file.Name(), ".") {
			continue
		}
		path := filepath.Join(directory, file.Name())
		name := sessionName(path)
		key := FoldName(name)
		err := CheckName(name)
		if found[key] {
			err = errors.New("another file has the same name in other letters")
		}
		if err != nil {
			problems = append(problems, &FileError{File: path, Err: err})
			continue
		}
		found[key] = true
		if e := s.sessions[key]; e == nil || e.path != path {
			s.sessions[key] = &entry[Session]{path: path, parse: parseSession}
		}
	}
	for key := range s.sessions {
		if !found[key] {
			delete(s.sessions, key)
		}
	}
	return problems, nil
}
