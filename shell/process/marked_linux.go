package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Marked lists the processes, but for this one, that were started with the
// variable name=value in their environment: those that were given it, and what
// they have started. It sees only processes whose environment this one may read,
// and never process 1.
func Marked(name, value string) ([]int, error) {
	mark, err := newMark(name, value)
	if err != nil {
		return nil, err
	}
	all, err := pids()
	if err != nil {
		return nil, fmt.Errorf("process table: %w", err)
	}
	var found []int
	for _, pid := range all {
		_, marked, err := mark.on(pid)
		if err != nil {
			return nil, err
		}
		if marked {
			found = append(found, pid)
		}
	}
	return found, nil
}

// KillMarked kills the processes that Marked finds, and their descendants, until
// there are none. A descendant with another environment whose parent has ended
// before is not found.
//
// An error says who is left: some could not be killed, or ctx has ended.
func KillMarked(ctx context.Context, name, value string) error {
	mark, err := newMark(name, value)
	if err != nil {
		return err
	}
	return hunt(ctx, mark.find)
}

// mark is a variable, as the environment of a process has it.
type mark []byte

func newMark(name, value string) (mark, error) {
	if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
		return nil, fmt.Errorf("%q=%q cannot be in an environment", name, value)
	}
	return mark(name + "=" + value), nil
}

// on reports whether a process has the mark, and which process that is.
func (m mark) on(pid int) (k key, marked bool, err error) {
	if pid == os.Getpid() || pid == 1 {
		return key{}, false, nil
	}
	before, err := stat(pid)
	var environ []byte
	if err == nil {
		environ, err = os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	}
	if err == nil && !m.in(environ) {
		return key{}, false, nil
	}
	var after info
	if err == nil { // its number may have been given to another one in between
		after, err = stat(pid)
	}
	switch {
	case hidden(err):
		return key{}, false, nil
	case err != nil:
		return key{}, false, fmt.Errorf("environment of process %d: %w", pid, err)
	}
	return before.key, before.key == after.key, nil
}

func (m mark) in(environ []byte) bool {
	for variable := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.Equal(variable, m) {
			return true
		}
	}
	return false
}

// find finds who is marked and who is below them. It looks twice before it says
// that there is nobody: who is about to run another program has no environment
// for a moment.
func (m mark) find() ([]info, error) {
	for range 2 {
		var found []info
		var err error
		atRest(func() { found, err = m.findOnce() })
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func (m mark) findOnce() ([]info, error) {
	t, err := look()
	if err != nil {
		return nil, err
	}
	var roots []int
	for pid, p := range t.processes {
		k, marked, err := m.on(pid)
		if err != nil {
			return nil, err
		}
		if marked && k == p.key {
			roots = append(roots, pid)
		}
	}
	self := os.Getpid()
	var found []info
	for _, p := range t.below(roots, func(pid int) bool { return pid == self || pid == 1 }) {
		if !p.dead() {
			found = append(found, p)
		}
	}
	return found, nil
}
