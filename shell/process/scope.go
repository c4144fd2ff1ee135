package process

import (
	"errors"
	"strings"
)

// ErrNoCgroup says that there can be no Scope: no cgroup v2 is mounted, it may
// not be written to, or the kernel cannot start programs in it.
var ErrNoCgroup = errors.New("no control group can be made")

// ErrForeign says that a path is none of a Scope.
var ErrForeign = errors.New("not a control group of winrmd")

// scopePrefix begins the directory name of each scope.
const scopePrefix = "winrmd-"

// isScope reports whether a directory has the name of a scope. A unit of
// systemd, as winrmd-x.service, has a dot in its name, and a scope has none.
func isScope(directory string) bool {
	name, ok := strings.CutPrefix(directory, scopePrefix)
	if !ok || name == "" || len(directory) > 255 {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && r != '-' && r != '_'
	})
}
