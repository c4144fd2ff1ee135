package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Identity is a text that names, together with its number, a process for ever:
// no other has ever had both, nor will have. Its error is os.ErrProcessDone when
// there is no such process.
func Identity(pid int) (string, error) {
	if _, err := boot(); err != nil {
		return "", err
	}
	p, err := stat(pid)
	if err != nil {
		return "", fmt.Errorf("process %d: %w", pid, err)
	}
	return p.identity(), nil
}

// identity has the start in it, which counts from the start of the machine, and
// which start of the machine that was.
func (k key) identity() string {
	id, _ := boot()
	return strconv.FormatUint(k.started, 10) + "@" + id
}

// boot names the start of this machine.
var boot = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("boot of this machine: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
})
