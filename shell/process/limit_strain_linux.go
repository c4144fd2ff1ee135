package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// StrainOf tells how short of memory the processes are that Confine has put under
// limits by a name. The error is ErrNoLimit where nothing is counted.
func StrainOf(name string) (Strain, error) {
	all, err := places()
	if err != nil {
		return Strain{}, noLimit("strain", err)
	}
	p, ok := all[controllerMemory]
	dir := p.groupOf(name)
	if _, err := os.Stat(filepath.Join(dir, "memory.stat")); !ok || err != nil {
		return Strain{}, errNoGroup
	}
	if p.unified {
		return Strain{Anonymous: keyed(dir, "memory.stat", "anon"), MajorFaults: keyed(dir, "memory.stat", "pgmajfault")}, nil
	}
	return Strain{
		Anonymous:   keyed(dir, "memory.stat", "total_rss") + keyed(dir, "memory.stat", "total_swap"),
		MajorFaults: keyed(dir, "memory.stat", "total_pgmajfault"),
	}, nil
}

// EndLargest ends the process under limits of a name that has the most memory that
// is in no file, but not spare; 0 if there is none.
func EndLargest(name string, spare int) (ended int, err error) {
	members, err := processesOf(name)
	if err != nil {
		return 0, err
	}
	var largest key
	var most int64
	for _, pid := range members {
		if pid == spare {
			continue
		}
		p, err := stat(pid)
		if err != nil || p.dead() {
			continue
		}
		if bytes := anonymous(pid); bytes > most {
			largest, most = p.key, bytes
		}
	}
	if most == 0 || !killExactly(largest) {
		return 0, nil
	}
	return largest.pid, nil
}

// anonymous is how much memory of a process is in no file, in bytes: in memory and
// in swap.
func anonymous(pid int) (bytes int64) {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status") // it may have ended
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if name != "RssAnon" && name != "VmSwap" {
			continue
		}
		if fields := strings.Fields(value); len(fields) > 0 {
			kB, _ := strconv.ParseInt(fields[0], 10, 64)
			bytes += kB << 10
		}
	}
	return bytes
}
