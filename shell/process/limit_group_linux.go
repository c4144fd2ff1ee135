package process

import (
	"os"
	"path/filepath"
)

// groupOf is the directory of the control group of a name: one that winrmd has
// made or, where systemd has made a unit of the session, that of the unit. If there
// is neither, it is where winrmd makes it.
func (p place) groupOf(name string) string {
	own := filepath.Join(p.parent, scopePrefix+name)
	if !p.unified || exists(own) {
		return own
	}
	if beside := own + unitSuffix; exists(beside) { // as for who is in it himself
		return beside
	}
	if unit, ok := unitIn(systemdRoot, name); ok {
		return unit
	}
	return own
}

// systemdRoot is where systemd has cgroup v2, and units have their groups below.
const systemdRoot = "/sys/fs/cgroup"

// UnitSlice is the slice of systemd below which each account has one, with a hyphen
// and its number, for its sessions' scopes.
const UnitSlice = "winrmd"

// unitIn finds the group of a session's unit, of whatever account.
func unitIn(root, name string) (string, bool) {
	found, err := filepath.Glob(filepath.Join(root, UnitSlice+".slice", UnitSlice+"-*.slice", scopePrefix+name+unitSuffix))
	if err != nil || len(found) == 0 {
		return "", false
	}
	return found[0], true
}

// UnitName is the name of the unit of systemd that is a session's scope.
func UnitName(name string) string { return scopePrefix + name + unitSuffix }

// isUnit reports whether a group is that of a unit of systemd.
func isUnit(dir string) bool { return filepath.Ext(dir) == unitSuffix }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
