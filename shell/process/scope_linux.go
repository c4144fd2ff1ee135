package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Scope is a control group (cgroup v2) for a program and all that it starts,
// whatever those do to get away, and whoever they have for a parent. It stays
// when the process that has made it ends.
//
// A Scope holds its directory, not only its path: another one that is made later
// at the same path is not touched.
type Scope struct {
	path string
	root *os.Root // for its files
	dir  *os.File // the same, for what needs a descriptor
}

// NewScope makes a control group named "winrmd-" and name, which has letters,
// digits, - and _. It is made in the control group of this process, or, when this
// one is in a scope itself, beside that one: it ends with its own program and not
// with that of this process. Its error is ErrNoCgroup where there can be none, and
// fs.ErrExist when there is one of this name, or a unit of systemd (see UnitName).
func NewScope(name string) (*Scope, error) {
	if !isScopeName(name) {
		return nil, fmt.Errorf("%q cannot be the name of a scope", name)
	}
	if err := clonesIntoCgroups(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	parent, err := scopesDirectory()
	if err != nil {
		return nil, err
	}
	path := place{parent: parent, unified: true}.groupOf(name)
	err = os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	if err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	s, err := OpenScope(path)
	if err != nil {
		return nil, errors.Join(err, unix.Rmdir(path))
	}
	return s, nil
}

// OpenScope opens a scope that another process has made, by its Path. Its error
// is ErrForeign when the path is none that NewScope makes: because of its name, or
// because it is no cgroup v2, or within another scope. It is fs.ErrNotExist when
// the scope has been removed.
func OpenScope(path string) (*Scope, error) {
	path, base := filepath.Clean(path), filepath.Base(path)
	if !filepath.IsAbs(path) || !isScope(base) || parentOfScopes(path) != filepath.Dir(path) {
		return nil, fmt.Errorf("%s: %w", path, ErrForeign)
	}
	if link, err := os.Lstat(path); err == nil && !link.IsDir() {
		return nil, fmt.Errorf("%s: %w", path, ErrForeign)
	}
	return holdScope(path)
}

// holdScope opens the directory of a scope.
func holdScope(path string) (*Scope, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	dir, err := root.Open(".")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("scope: %w", err), root.Close())
	}
	s := &Scope{path: path, root: root, dir: dir}
	var system unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &system); err != nil {
		return nil, errors.Join(fmt.Errorf("scope %s: %w", path, err), s.Close())
	}
	if system.Type != unix.CGROUP2_SUPER_MAGIC {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, ErrForeign), s.Close())
	}
	return s, nil
}

// parentOfScopes is the directory that scopes are made in by a process whose
// control group is path. No scope is below another: what this path has of scopes,
// and of what was made within them, is cut off.
func parentOfScopes(path string) string {
	above := "/"
	for directory := range strings.SplitSeq(path, "/") {
		if isScope(directory) {
			break
		}
		above = filepath.Join(above, directory)
	}
	return above
}

// Path is what OpenScope takes.
func (s *Scope) Path() string { return s.path }

// Attach has c be in the scope from its first instruction. The scope must be open
// until c was started. It goes together with Start and Starter.
func (s *Scope) Attach(c *exec.Cmd) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.UseCgroupFD = true
	c.SysProcAttr.CgroupFD = int(s.dir.Fd())
}

// Empty reports whether no process is left in the scope, but for zombies.
func (s *Scope) Empty() (bool, error) {
	text, err := s.root.ReadFile("cgroup.events")
	if removed(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("scope %s: %w", s.path, err)
	}
	return !isPopulated(text), nil
}

// isPopulated reads cgroup.events.
func isPopulated(events []byte) bool {
	for line := range strings.Lines(string(events)) {
		if strings.TrimSpace(line) == "populated 1" {
			return true
		}
	}
	return false
}

// removed reports whether a file cannot be opened or read because its control
// group has been removed.
func removed(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV)
}

// Close frees what this process holds of the scope. The scope stays.
func (s *Scope) Close() error {
	_ = s.root.Close() // directories: nothing is left to fail
	_ = s.dir.Close()
	return nil
}
