package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// children lists the children of a process.
func children(pid int) []int {
	// A child belongs to the thread that started it.
	lists, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "children"))
	if err != nil || len(lists) == 0 {
		return searchChildren(pid) // a kernel without CONFIG_PROC_CHILDREN
	}
	var found []int
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may have ended
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}

// searchChildren finds the children of a process in the process table.
func searchChildren(pid int) []int {
	t, err := look()
	if err != nil {
		return nil
	}
	return t.children[pid]
}
