//go:build linux

package fault

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// process is what /proc tells of one.
type process struct {
	pid, parent int
	zombie      bool
}

// readProcess reads /proc/PID/stat; ok is false if there is no such process.
func readProcess(pid int) (p process, ok bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return p, false
	}
	// The name, in brackets, may hold anything.
	_, rest, found := strings.Cut(string(content[bytes.LastIndexByte(content, ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 2 {
		return p, false
	}
	parent, err := strconv.Atoi(fields[1])
	return process{pid: pid, parent: parent, zombie: fields[0] == "Z" || fields[0] == "X"}, err == nil
}

// alive reports whether a process runs.
func alive(pid int) bool {
	p, ok := readProcess(pid)
	return ok && !p.zombie
}

// processes lists those that run.
func processes() []process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var all []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if p, ok := readProcess(pid); ok && !p.zombie {
			all = append(all, p)
		}
	}
	return all
}

// tree is a process and all that it has started, as far as it has not got away.
func tree(root int) []int {
	all := processes()
	found := []int{root}
	for i := 0; i < len(found); i++ {
		for _, p := range all {
			if p.parent == found[i] {
				found = append(found, p.pid)
			}
		}
	}
	return found
}

// holding lists the processes whose file in /proc has a text.
func holding(name, text string) []int {
	var found []int
	for _, p := range processes() {
		content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.pid), name))
		if err == nil && p.pid != os.Getpid() && bytes.Contains(content, []byte(text)) {
			found = append(found, p.pid)
		}
	}
	return found
}

// describe names processes for people.
func describe(pids []int) []string {
	var all []string
	for _, pid := range pids {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		all = append(all, fmt.Sprintf("%d %.100s", pid, bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
	}
	return all
}

// eventually polls until nothing is left of what list lists, for as long as
// limit.
func eventuallyNone(t *testing.T, limit time.Duration, list func() []string, what string) bool {
	t.Helper()
	began := time.Now()
	for {
		left := list()
		if len(left) == 0 {
			t.Logf("%s: gone after %v", what, time.Since(began).Round(time.Millisecond))
			return true
		}
		if time.Since(began) > limit {
			return assert.Empty(t, left, "%s, after %v", what, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone waits until none of these processes runs.
func gone(t *testing.T, limit time.Duration, pids []int, what string) bool {
	t.Helper()
	return eventuallyNone(t, limit, func() []string {
		return describe(slices.DeleteFunc(slices.Clone(pids), func(pid int) bool { return !alive(pid) }))
	}, what)
}
