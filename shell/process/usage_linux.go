package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Usage tells what a process uses: its resident memory in bytes and how many
// child processes it has. ok is false where that cannot be known.
func Usage(pid int) (memory int64, children int, ok bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	statm, err := os.ReadFile(filepath.Join(dir, "statm"))
	if err != nil {
		return 0, 0, false
	}
	fields := strings.Fields(string(statm))
	if len(fields) < 2 {
		return 0, 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0, 0, false
	}
	return pages * int64(os.Getpagesize()), countChildren(dir), true
}

// countChildren adds up the children of each thread: a child belongs to the
// one that started it.
func countChildren(dir string) int {
	lists, err := filepath.Glob(filepath.Join(dir, "task", "*", "children"))
	if err != nil {
		return 0
	}
	n := 0
	for _, list := range lists {
		if text, err := os.ReadFile(list); err == nil { // a thread may have ended
			n += len(strings.Fields(string(text)))
		}
	}
	return n
}
