package process

import (
	"os"
	"strconv"
)

// Fullest is the process under limits of a name that has the most files open, and
// how many; 0 if none can be looked at.
func Fullest(name string) (pid, files int) {
	members, err := processesOf(name)
	if err != nil {
		return 0, 0
	}
	for _, p := range members {
		dir, err := os.Open("/proc/" + strconv.Itoa(p) + "/fd")
		if err != nil {
			continue
		}
		names, _ := dir.Readdirnames(-1) // one that ends has none
		_ = dir.Close()
		if len(names) > files {
			pid, files = p, len(names)
		}
	}
	return pid, files
}
