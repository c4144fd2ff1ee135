package process

import (
	"cmp"
	"os"
	"slices"
	"syscall"
)

// Excess ends what there is beyond a number of processes under limits of a name,
// the newest first, and returns how many there were and which were ended. The
// process spare is not counted: the host of the others.
//
// It does afterwards what the kernel cannot do before: that counts threads only.
func Excess(name string, most, spare int) (count int, ended []int, err error) {
	members, err := processesOf(name)
	if err != nil || len(members) <= most {
		return len(members), nil, err
	}
	var living []info
	for _, pid := range members {
		if p, err := stat(pid); err == nil && !p.dead() && pid != spare {
			living = append(living, p)
		}
	}
	// Numbers rise with time, but for the rare one who begins anew.
	slices.SortFunc(living, func(a, b info) int {
		return cmp.Or(cmp.Compare(a.started, b.started), cmp.Compare(a.pid, b.pid))
	})
	for _, p := range living[min(most, len(living)):] {
		if killExactly(p.key) {
			ended = append(ended, p.pid)
		}
	}
	return len(living), ended, nil
}

// killExactly kills a process, unless its number is another's by now.
func killExactly(k key) bool {
	process, err := os.FindProcess(k.pid)
	if err != nil {
		return false
	}
	defer func() { _ = process.Release() }()
	if now, err := stat(k.pid); err != nil || now.key != k {
		return false
	}
	return process.Signal(syscall.SIGKILL) == nil
}
