package process

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Identity is a text that names, together with its number, a process for ever:
// its start, to the microsecond. Its error is os.ErrProcessDone when there is no
// such process.
func Identity(pid int) (string, error) {
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) || err == nil && int(p.Proc.P_pid) != pid {
		err = os.ErrProcessDone // EIO: it answered with nothing
	}
	if err != nil {
		return "", fmt.Errorf("process %d: %w", pid, err)
	}
	start := p.Proc.P_starttime
	return fmt.Sprintf("%d.%06d", start.Sec, start.Usec), nil
}
