//go:build !linux && !windows

package process

import (
	"context"
	"errors"
)

var errNoJobs = errors.New("this system has neither control groups nor job objects")

// Confine puts a process under limits. Here there are none but that of open files,
// which a host sets itself; see LimitFiles.
func Confine(_ string, _ int, l Limits) error {
	var failed []error
	for _, limit := range []struct {
		wanted int
		what   string
	}{{l.MemoryMB, limitMemory}, {l.Processes, limitProcesses}, {l.ProcessorWeight, limitWeight}} {
		if limit.wanted > 0 {
			failed = append(failed, noLimit(limit.what, errNoJobs))
		}
	}
	return errors.Join(failed...)
}

// Release has nothing to remove.
func Release(string) error { return nil }

// UseOf returns ErrNoLimit.
func UseOf(string) (Use, error) { return Use{}, noLimit("use", errNoJobs) }

// Reclaim returns ErrNoLimit.
func Reclaim(context.Context, string) (int64, error) {
	return 0, noLimit("giving memory back", errNoJobs)
}

// Excess returns ErrNoLimit.
func Excess(string, int, int) (count int, ended []int, err error) {
	return 0, nil, noLimit(limitProcesses, errNoJobs)
}
