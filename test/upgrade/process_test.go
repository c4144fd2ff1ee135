//go:build linux

package upgrade

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// marked lists the processes that have a text in their environment: all that a
// server has started, directly or not, if it was started with it.
func marked(text string) []int {
	return find("environ", func(content []byte) bool { return bytes.Contains(content, []byte(text)) })
}

// withoutStarter leaves out the process that has the rights of a server of the
// superuser.
func withoutStarter(pids []int) []int {
	starters := find("cmdline", func(line []byte) bool { return bytes.Contains(line, []byte("\x00starter\x00")) })
	return slices.DeleteFunc(pids, func(pid int) bool { return slices.Contains(starters, pid) })
}

// serving lists the daemons of a state directory.
func serving(state string) []int {
	want := []byte("\x00serve\x00--state\x00" + state + "\x00")
	return find("cmdline", func(content []byte) bool { return bytes.Contains(content, want) })
}

// find lists the processes that run and whose file in /proc fits.
func find(name string, fits func([]byte) bool) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		content, err := os.ReadFile(filepath.Join("/proc", entry.Name(), name))
		if err == nil && fits(content) {
			found = append(found, pid)
		}
	}
	return found
}

// describe names a process for people.
func describe(pid int) string {
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return fmt.Sprintf("%d %.200s", pid, bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
}

// waitGone waits until no process is marked by text, and describes those that
// still are at the end of limit.
func waitGone(text string, limit time.Duration) []string {
	deadline := time.Now().Add(limit)
	for {
		var left []string
		for _, pid := range marked(text) {
			left = append(left, describe(pid))
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// openFiles are what a process has open, as /proc names it.
func openFiles(pid int) []string {
	directory := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	var files []string
	for _, entry := range entries {
		if target, err := os.Readlink(filepath.Join(directory, entry.Name())); err == nil {
			files = append(files, target)
		}
	}
	return files
}

// listening are the sockets at which a process listens with TCP, as openFiles
// names them.
func listening(pid int) []string {
	const stateListen, state, inode = "0A", 3, 9 // of proc(5)'s fields
	var sockets []string
	for _, name := range []string{"tcp", "tcp6"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(content)) {
			if fields := strings.Fields(line); len(fields) > inode && fields[state] == stateListen {
				sockets = append(sockets, "socket:["+fields[inode]+"]")
			}
		}
	}
	return slices.DeleteFunc(openFiles(pid), func(file string) bool { return !slices.Contains(sockets, file) })
}
