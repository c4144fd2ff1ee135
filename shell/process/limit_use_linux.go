package process

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// UseOf tells what the processes use that Confine has put under limits by a name.
// What the machine does not count is 0. The error is ErrNoLimit where nothing is
// counted.
func UseOf(name string) (Use, error) {
	all, err := places()
	if err != nil {
		return Use{}, noLimit("use", err)
	}
	var u Use
	known := false
	for controller, p := range all {
		dir := p.groupOf(name)
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		switch controller {
		case controllerMemory:
			known = true
			u.readMemory(dir, p.unified)
		case controllerPids:
			known = true
			u.Tasks = int(number(dir, "pids.current"))
			u.RefusedForks = keyed(dir, "pids.events", "max")
			u.Processes = len(processesBelow(dir))
		}
	}
	if !known {
		return Use{}, errNoGroup
	}
	return u, nil
}

func (u *Use) readMemory(dir string, unified bool) {
	if unified {
		u.Memory, u.MemoryPeak = number(dir, "memory.current"), number(dir, "memory.peak")
		u.OOMKills = keyed(dir, "memory.events", "oom_kill")
		return
	}
	u.Memory, u.MemoryPeak = number(dir, "memory.usage_in_bytes"), number(dir, "memory.max_usage_in_bytes")
	u.OOMKills = keyed(dir, "memory.oom_control", "oom_kill")
}

// number reads a file that has one number; 0 if there is none.
func number(dir, name string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// keyed reads a number from a file of lines that have a name and a number.
func keyed(dir, name, key string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+" "); ok {
			n, _ := strconv.ParseInt(value, 10, 64)
			return n
		}
	}
	return 0
}

// processesBelow lists the processes of a control group and of those within it.
func processesBelow(dir string) []int {
	var found []int
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			members, _ := membersOf(path) // one that was removed meanwhile has none
			found = append(found, members...)
		}
		return nil
	})
	return found
}

// processesOf lists the processes under limits of a name, however few of the
// limits there are.
func processesOf(name string) ([]int, error) {
	all, err := places()
	if err != nil {
		return nil, noLimit(limitProcesses, err)
	}
	for _, controller := range limitControllers {
		p, ok := all[controller]
		dir := p.groupOf(name)
		if _, err := os.Stat(dir); ok && !errors.Is(err, fs.ErrNotExist) {
			return processesBelow(dir), nil
		}
	}
	return nil, errNoGroup
}
