package process

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Confine puts a process, and all that it will start, under limits, in a job
// object named "winrmd-" and name. The process holds the job, so that it has its
// name as long as the process lives.
//
// The error is ErrNoLimit for each limit that cannot be had; the others are set.
func Confine(name string, pid int, l Limits) error {
	if !isScope(scopePrefix + name) {
		return fmt.Errorf("%q cannot be the name of a job", name)
	}
	job, err := openLimits(name)
	if err == nil {
		defer func() { _ = windows.CloseHandle(job) }()
		err = join(job, pid)
	}
	var failed []error
	lacks := func(wanted int, what string, err error) {
		if err != nil && wanted > 0 {
			failed = append(failed, noLimit(what, err))
		}
	}
	limits := jobLimits(l)
	lacks(l.MemoryMB+l.Processes, limitMemory+" and "+limitProcesses, errors.Join(err, inform(job, windows.JobObjectExtendedLimitInformation, &limits)))
	if l.ProcessorWeight > 0 {
		rate := cpuRate{flags: cpuRateEnable | cpuRateWeight, weight: jobWeight(l.ProcessorWeight)}
		lacks(l.ProcessorWeight, limitWeight, errors.Join(err, inform(job, windows.JobObjectCpuRateControlInformation, &rate)))
	}
	lacks(l.OpenFiles, limitOpenFiles, errors.New("Windows has no such limit"))
	return errors.Join(failed...)
}

// jobLimits are the limits as a job has them.
func jobLimits(l Limits) windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	if l.MemoryMB > 0 {
		limits.BasicLimitInformation.LimitFlags |= windows.JOB_OBJECT_LIMIT_JOB_MEMORY
		limits.JobMemoryLimit = uintptr(l.MemoryMB) << 20
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

// openLimits opens the job of a name and makes it where there is none.
func openLimits(name string) (windows.Handle, error) {
	text, err := windows.UTF16PtrFromString(scopePrefix + name)
	if err != nil {
		return 0, err
	}
	job, err := windows.CreateJobObject(nil, text)
	if err != nil && !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return 0, fmt.Errorf("job of a session: %w", err)
	}
	return job, nil
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
	var held windows.Handle
	return windows.DuplicateHandle(windows.CurrentProcess(), job, process, &held, 0, false, windows.DUPLICATE_SAME_ACCESS)
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
	job, err := openLimits(name)
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
	if count.active == 0 {
		return Use{}, errNoGroup // it was made just now
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
func Reclaim(string) (int64, error) {
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
	return noLimit(limitOpenFiles, errors.New("Windows has no such limit"))
}
