package interop

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// leakTimeout is how long processes may outlive their server.
const leakTimeout = patience

// processID names a process for ever: a number is given out again, the number
// together with the start time is not.
type processID struct {
	pid     int
	started string // clock ticks since boot
}

// stat reads the parent and the start time of a process from /proc. Its state
// is the first byte after the name; ok is false if there is no such process
// or nothing but its exit status is left of it.
func stat(pid int) (parent int, started string, ok bool) {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, "", false
	}
	// The name is in parentheses and may hold anything: fields count from the
	// last one.
	_, rest, _ := strings.Cut(string(content[bytes.LastIndexByte(content, ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0, "", false
	}
	parent, err = strconv.Atoi(fields[1])
	return parent, fields[19], err == nil
}

// processes lists the numbers of all processes.
func processes() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// descendants lists the children of a process and theirs.
func descendants(root int) []processID {
	children := map[int][]processID{}
	for _, pid := range processes() {
		if parent, started, ok := stat(pid); ok {
			children[parent] = append(children[parent], processID{pid, started})
		}
	}
	var all []processID
	for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
		for _, child := range children[queue[0]] {
			all = append(all, child)
			queue = append(queue, child.pid)
		}
	}
	return all
}

// isStarter reports whether the process is the one that a server of the superuser
// has for its rights, and that ends with the server.
func (p processID) isStarter() bool {
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.pid))
	return err == nil && strings.Contains(string(command), "\x00starter\x00")
}

// alive reports whether the process still runs.
func (p processID) alive() bool {
	_, started, ok := stat(p.pid)
	return ok && started == p.started
}

// mentioning lists the processes that have a text in their command line or
// environment.
func mentioning(text string) []int {
	var found []int
	for _, pid := range processes() {
		if pid == os.Getpid() {
			continue
		}
		for _, name := range []string{"cmdline", "environ"} {
			content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name))
			if _, _, ok := stat(pid); err == nil && ok && bytes.Contains(content, []byte(text)) {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

// waitGone waits until none of the processes runs and none mentions text, and
// describes those that still do at the end of limit.
func waitGone(children []processID, text string, limit time.Duration) []string {
	deadline := time.Now().Add(limit)
	for {
		var left []string
		for _, child := range children {
			if child.alive() {
				left = append(left, describe(child.pid))
			}
		}
		for _, pid := range mentioning(text) {
			left = append(left, describe(pid))
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// describe names a process for people.
func describe(pid int) string {
	line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	return fmt.Sprintf("%d %.200s", pid, bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
}
