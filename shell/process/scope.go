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

// unitSuffix ends the directory name of a scope that systemd has made, as a unit
// (systemd.scope(5)).
const unitSuffix = ".scope"

// isScope reports whether a directory has the name of a scope. Other units of
// systemd, as winrmd-x.service, are none.
func isScope(directory string) bool {
	name, ok := strings.CutPrefix(strings.TrimSuffix(directory, unitSuffix), scopePrefix)
	return ok && isScopeName(name)
}

// isScopeName reports whether there can be a scope of a name.
func isScopeName(name string) bool {
	if name == "" || len(scopePrefix)+len(name)+len(unitSuffix) > 255 {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && r != '-' && r != '_'
	})
}
