package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// jobQuery is the right to ask a job what its processes use (JOB_OBJECT_QUERY).
const jobQuery = 4

// jobName is the name of a session's job. It is global, since a daemon and the
// session of Windows that a host runs in need not be the same.
func jobName(name string) (*uint16, error) {
	if !isScopeName(name) {
		return nil, fmt.Errorf("%q cannot be the name of a job", name)
	}
	return windows.UTF16PtrFromString(`Global\` + scopePrefix + name)
}

var (
	kernel32      = windows.NewLazySystemDLL("kernel32.dll")
	procCreateJob = kernel32.NewProc("CreateJobObjectW") // that of x/sys does not say whether the job is new
	procOpenJob   = kernel32.NewProc("OpenJobObjectW")
	procResume    = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtResumeProcess")
)

// createJob makes the job of a name. The error is fs.ErrExist where there is one.
func createJob(name string, security *windows.SecurityAttributes) (windows.Handle, error) {
	text, err := jobName(name)
	if err != nil {
		return 0, err
	}
	h, _, last := procCreateJob.Call(uintptr(unsafe.Pointer(security)), uintptr(unsafe.Pointer(text)))
	job := windows.Handle(h)
	switch {
	case job == 0:
		return 0, fmt.Errorf("job of a session: %w", last)
	case errors.Is(last, windows.ERROR_ALREADY_EXISTS):
		return 0, errors.Join(fmt.Errorf("job of a session: %w", fs.ErrExist), windows.CloseHandle(job))
	}
	return job, nil
}

// openJob opens the job of a name. The error is fs.ErrNotExist where there is none.
func openJob(name string, access uint32) (windows.Handle, error) {
	text, err := jobName(name)
	if err != nil {
		return 0, err
	}
	h, _, last := procOpenJob.Call(uintptr(access), 0, uintptr(unsafe.Pointer(text)))
	if h == 0 {
		return 0, fmt.Errorf("job of a session: %w", last)
	}
	return windows.Handle(h), nil
}

// StartConfined starts c under limits, in a job of its own, named "winrmd-" and
// name, and with it all that it will start: it is in the job before its first
// instruction. descriptor is the security descriptor of the job, as text (SDDL).
// c may ask and hold the job, and not change it.
//
// The job does not end its processes when it is closed: they go on when this
// process ends. The warning is as the error of Confine; the error is fs.ErrExist
// where there is such a job.
func StartConfined(c *exec.Cmd, name, descriptor string, l Limits) (job *Job, warning, err error) {
	sd, err := windows.SecurityDescriptorFromString(descriptor)
	if err != nil {
		return nil, nil, fmt.Errorf("security descriptor of a job: %w", err)
	}
	security := &windows.SecurityAttributes{SecurityDescriptor: sd}
	security.Length = uint32(unsafe.Sizeof(*security))
	handle, err := createJob(name, security)
	if err != nil {
		return nil, nil, err
	}
	warning = limit(handle, l)
	if err := startInto(handle, c, true); err != nil {
		return nil, nil, errors.Join(err, windows.CloseHandle(handle))
	}
	return &Job{handle}, warning, nil
}

// Job is the job of a process that StartConfined has started.
type Job struct{ handle windows.Handle }

// Kill ends all processes of the job.
func (j *Job) Kill() error { return windows.TerminateJobObject(j.handle, killedExitCode) }

// Close lets go of the job, and of nothing in it.
func (j *Job) Close() error { return windows.CloseHandle(j.handle) }

// KillConfined ends all processes that StartConfined or Confine have put into a job
// of a name, if there is one.
func KillConfined(name string) error {
	const terminate = 8 // JOB_OBJECT_TERMINATE
	job, err := openJob(name, terminate)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a job goes with its last process that holds it
	}
	if err != nil {
		return err
	}
	return errors.Join(windows.TerminateJobObject(job, killedExitCode), windows.CloseHandle(job))
}

// startInto starts c suspended, puts it into a job and lets it go. holds has it
// hold the job, so that the job keeps its name.
func startInto(job windows.Handle, c *exec.Cmd, holds bool) error {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.CreationFlags |= windows.CREATE_SUSPENDED
	if err := c.Start(); err != nil {
		return err
	}
	var failure error
	err := c.Process.WithHandle(func(h uintptr) { failure = adopt(job, windows.Handle(h), holds) })
	if err = errors.Join(err, failure); err != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	return err
}

// adopt puts a suspended process into a job and resumes it.
func adopt(job, process windows.Handle, holds bool) error {
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		return fmt.Errorf("process into its job: %w", err)
	}
	if holds {
		if err := give(job, process); err != nil {
			return err
		}
	}
	return resume(process)
}

// give has a process hold a job.
func give(job, process windows.Handle) error {
	var held windows.Handle
	if err := windows.DuplicateHandle(windows.CurrentProcess(), job, process, &held, jobQuery, false, 0); err != nil {
		return fmt.Errorf("job for its process: %w", err)
	}
	return nil
}

// resume lets a process run that was started suspended. os/exec keeps no
// handle of the thread that ResumeThread would take.
func resume(process windows.Handle) error {
	if err := procResume.Find(); err != nil {
		return fmt.Errorf("resume a process: %w", err)
	}
	if status, _, _ := procResume.Call(uintptr(process)); status != 0 {
		return fmt.Errorf("resume a process: %w", windows.NTStatus(status))
	}
	return nil
}

// Breakaway is the flag for a process to be created with that is to outlive this
// one, and is not to be in its job, which may end with it; 0 where this process is
// in none, or its job lets nobody go.
func Breakaway() uint32 {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	if err := question(0, windows.JobObjectExtendedLimitInformation, &limits); err != nil {
		return 0
	}
	if limits.BasicLimitInformation.LimitFlags&windows.JOB_OBJECT_LIMIT_BREAKAWAY_OK == 0 {
		return 0
	}
	return windows.CREATE_BREAKAWAY_FROM_JOB
}
