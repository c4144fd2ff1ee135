package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Confine puts a process, and all that it will start, under limits, in a job
// object named "winrmd-" and name. The process holds the job, so that it has its
// name as long as the process lives.
//
// The error is ErrNoLimit for each limit that cannot be had; the others are set.
func Confine(name string, pid int, l Limits) error {
	job, err := createJob(name, nil)
	if err == nil {
		defer func() { _ = windows.CloseHandle(job) }()
		err = join(job, pid)
	}
	if err != nil {
		return lacking(l, func(string) error { return err })
	}
	return limit(job, l)
}

// limit sets the limits of a job; the error is as that of Confine.
func limit(job windows.Handle, l Limits) error {
	limits := jobLimits(l)
	common := inform(job, windows.JobObjectExtendedLimitInformation, &limits)
	return lacking(l, func(what string) error {
		switch what {
		case limitWeight:
			rate := cpuRate{flags: cpuRateEnable | cpuRateWeight, weight: jobWeight(l.ProcessorWeight)}
			return inform(job, windows.JobObjectCpuRateControlInformation, &rate)
		case limitOpenFiles:
			return errNoFileLimit
		}
		return common
	})
}

// lacking is ErrNoLimit for each limit that is wanted and, by get, cannot be had.
func lacking(l Limits, get func(what string) error) error {
	var failed []error
	for _, wish := range []struct {
		wanted int
		what   string
	}{{l.MemoryMB, limitMemory}, {l.Processes, limitProcesses}, {l.ProcessorWeight, limitWeight}, {l.OpenFiles, limitOpenFiles}} {
		if wish.wanted <= 0 {
			continue
		}
		if err := get(wish.what); err != nil {
			failed = append(failed, noLimit(wish.what, err))
		}
	}
	return errors.Join(failed...)
}

var errNoFileLimit = errors.New("Windows has no such limit")

// jobLimits are the limits as a job has them.
func jobLimits(l Limits) windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	if l.MemoryMB > 0 {
		limits.BasicLimitInformation.LimitFlags |= windows.JOB_OBJECT_LIMIT_JOB_MEMORY
		limits.JobMemoryLimit = uintptr(min(uint64(l.MemoryMB)<<20, uint64(^uintptr(0))))
	}
	if l.Processes > 0 {
		limits.BasicLimitInformation.LimitFlags |= windows.JOB_OBJECT_LIMIT_ACTIVE_PROCESS
		limits.BasicLimitInformation.ActiveProcessLimit = uint32(l.Processes) + 1 // the host is in it too
	}
	return limits
}

// cpuRate is JOBOBJECT_CPU_RATE_CONTROL_INFORMATION.
type cpuRate struct{ flags, weight uint32 }

const (
	cpuRateEnable = 1
	cpuRateWeight = 2
)

// jobWeight makes one of the nine weights of Windows, of which 5 is what everybody
// has, of one that may be 1 to 10000, of which 100 is: each step doubles.
func jobWeight(weight int) uint32 {
	step := uint32(1)
	for bound := 10; step < 9 && weight >= bound; bound *= 2 {
		step++
	}
	return step
}

// join puts a process into a job and has it hold the job.
func join(job windows.Handle, pid int) error {
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE | windows.PROCESS_DUP_HANDLE
	process, err := windows.OpenProcess(access, false, uint32(pid))
	if err != nil {
		return fmt.Errorf("process of a session: %w", err)
	}
	defer func() { _ = windows.CloseHandle(process) }()
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		return fmt.Errorf("process into its job: %w", err)
	}
	return give(job, process)
}

func inform[T any](job windows.Handle, class uint32, v *T) error {
	_, err := windows.SetInformationJobObject(job, class, uintptr(unsafe.Pointer(v)), uint32(unsafe.Sizeof(*v)))
	return err
}

// Release has nothing to remove: a job goes with its last process.
func Release(string) error { return nil }

// UseOf tells what the processes use that Confine has put under limits by a name.
// The error is ErrNoLimit where nothing is counted.
func UseOf(name string) (Use, error) {
	job, err := openJob(name, jobQuery)
	if errors.Is(err, fs.ErrNotExist) {
		return Use{}, errNoGroup
	}
	if err != nil {
		return Use{}, noLimit("use", err)
	}
	defer func() { _ = windows.CloseHandle(job) }()
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	var count accounting
	err = errors.Join(
		question(job, windows.JobObjectExtendedLimitInformation, &limits),
		question(job, windows.JobObjectBasicAccountingInformation, &count))
	if err != nil {
		return Use{}, noLimit("use", err)
	}
	return Use{
		Memory: int64(limits.PeakJobMemoryUsed), MemoryPeak: int64(limits.PeakJobMemoryUsed), // the most is all that it tells
		Processes: int(count.active), Tasks: int(count.active), RefusedForks: int64(count.terminated),
	}, nil
}

func question[T any](job windows.Handle, class int32, v *T) error {
	return windows.QueryInformationJobObject(job, class, uintptr(unsafe.Pointer(v)), uint32(unsafe.Sizeof(*v)), nil)
}

// Reclaim returns ErrNoLimit: Windows takes memory back by itself.
func Reclaim(context.Context, string) (int64, error) {
	return 0, noLimit("giving memory back", errors.New("Windows does that by itself"))
}

// Excess ends nobody: the job refuses to let more processes start.
func Excess(name string, _, _ int) (count int, ended []int, err error) {
	u, err := UseOf(name)
	return u.Processes, nil, err
}

// LimitFiles returns ErrNoLimit for a limit.
func LimitFiles(files int) error {
	if files <= 0 {
		return nil
	}
	return noLimit(limitOpenFiles, errNoFileLimit)
}
