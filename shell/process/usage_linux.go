package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Usage tells what a process uses: its resident memory in bytes and how many
// child processes it has. ok is false where that cannot be known.
func Usage(pid int) (memory int64, count int, ok bool) {
	statm, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
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
	return pages * int64(os.Getpagesize()), len(children(pid)), true
}
