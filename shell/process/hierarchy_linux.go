package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// scopesDirectory is the directory that this process makes its scopes in.
func scopesDirectory() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCgroup, err)
	}
	return findScopes(string(mounts), string(groups))
}

// findScopes finds it in what /proc says of the process.
func findScopes(mounts, groups string) (string, error) {
	own, ok := unifiedPath(groups)
	if !ok || isAbove(own) {
		return "", fmt.Errorf("%w: this process is in none of cgroup v2 that it sees", ErrNoCgroup)
	}
	parent := parentOfScopes(own)
	for line := range strings.Lines(mounts) {
		if root, point, ok := cgroupMount(line); ok {
			if below, ok := relative(root, parent); ok {
				return filepath.Join(point, below), nil
			}
		}
	}
	return "", fmt.Errorf("%w: %s is not mounted as cgroup v2", ErrNoCgroup, parent)
}

// unifiedPath is the control group of cgroup v2 in /proc/self/cgroup, which has
// lines for those of cgroup v1 too.
func unifiedPath(groups string) (string, bool) {
	for line := range strings.Lines(groups) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok {
			return path, filepath.IsAbs(path)
		}
	}
	return "", false
}

// cgroupMount reads a line of /proc/self/mountinfo, see proc_pid_mountinfo(5):
// which part of cgroup v2 is mounted, and where.
func cgroupMount(line string) (root, point string, ok bool) {
	mount, system, ok := strings.Cut(line, " - ")
	fields := strings.Fields(mount)
	if !ok || len(fields) < 5 || !strings.HasPrefix(system, "cgroup2 ") {
		return "", "", false
	}
	return unescape(fields[3]), unescape(fields[4]), true
}

// unescape undoes what mountinfo does with blanks and others: \040.
func unescape(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '\\' && i+3 < len(field) {
			if c, err := strconv.ParseUint(field[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(field[i])
	}
	return b.String()
}

// relative is path as seen from root, if it is there or below.
func relative(root, path string) (string, bool) {
	below, err := filepath.Rel(root, path)
	return below, err == nil && filepath.IsLocal(below) && !isAbove(root)
}

// isAbove reports whether a path is outside of this process's namespace, which
// shows it as /.. and what package filepath would take for the namespace's own.
func isAbove(path string) bool { return path == "/.." || strings.HasPrefix(path, "/../") }
