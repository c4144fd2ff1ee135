package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// innerScope is the name of the control group that InnerScope makes.
const innerScope = "programs"

// InnerScope makes a control group for what this process starts, within the one of
// a name that it is in itself: so that it can end what it has started, and not
// itself. Limits of the outer one are for both. The error is ErrNoCgroup if this
// process is in no such group, or may make none there.
func InnerScope(name string) (*Scope, error) {
	outer, err := ScopePath(name)
	if err != nil {
		return nil, err
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	if own, ok := unifiedPath(string(groups)); !ok || filepath.Base(own) != filepath.Base(outer) {
		return nil, fmt.Errorf("%w: this process is not in %s", ErrNoCgroup, outer)
	}
	path := filepath.Join(outer, innerScope)
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	return holdScope(path)
}

// OuterPath is the Path of the scope that is the whole session's: this one's, or
// that around it.
func (s *Scope) OuterPath() string {
	if above := filepath.Dir(s.path); filepath.Base(s.path) == innerScope && isScope(filepath.Base(above)) {
		return above
	}
	return s.path
}
