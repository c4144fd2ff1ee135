package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/windows"
)

// Identity is a text that names, together with its number, a process for ever:
// its start, in units of 100 ns. Its error is os.ErrProcessDone when there is no
// such process.
func Identity(pid int) (string, error) {
	process, err := open(pid, windows.PROCESS_QUERY_LIMITED_INFORMATION)
	if err != nil {
		return "", err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(process, &created, &exited, &kernel, &user); err != nil {
		return "", fmt.Errorf("process %d: %w", pid, err)
	}
	return strconv.FormatUint(uint64(created.HighDateTime)<<32|uint64(created.LowDateTime), 10), nil
}

// open opens a process, which may have ended if somebody else holds it.
func open(pid int, access uint32) (windows.Handle, error) {
	process, err := windows.OpenProcess(access, false, uint32(pid))
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		err = os.ErrProcessDone
	}
	if err != nil {
		return 0, fmt.Errorf("process %d: %w", pid, err)
	}
	return process, nil
}
