package process

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Group is the processes of one program: a job, which ends with its last handle,
// so also when the server dies.
type Group struct {
	job windows.Handle
	pid uint32
}

// Start starts c suspended, puts it into a new job and lets it go: so nothing
// that it starts can be outside.
func Start(c *exec.Cmd) (*Group, error) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.HideWindow = true
	c.SysProcAttr.CreationFlags |= windows.CREATE_NEW_PROCESS_GROUP
	job, err := newJob()
	if err != nil {
		return nil, err
	}
	if err := startInto(job, c, false); err != nil {
		return nil, errors.Join(err, windows.CloseHandle(job))
	}
	return &Group{job: job, pid: uint32(c.Process.Pid)}, nil
}

func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, fmt.Errorf("job of a command: %w", err)
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
		},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return 0, errors.Join(fmt.Errorf("limits of a job: %w", err), windows.CloseHandle(job))
	}
	return job, nil
}

// Interrupt sends ctrl-break, because ctrl-c cannot be sent to one group. It
// fails where server and command share no console.
func (g *Group) Interrupt() error {
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, g.pid)
}

// Break is Interrupt.
func (g *Group) Break() error { return g.Interrupt() }

// Terminate is Kill: there is no gentler way.
func (g *Group) Terminate() error { return g.Kill() }

// killedExitCode is what processes of a killed job end with:
// STATUS_CONTROL_C_EXIT, as if they had been interrupted.
const killedExitCode = 0xC000013A

// Kill ends the job at once.
func (g *Group) Kill() error { return windows.TerminateJobObject(g.job, killedExitCode) }

// accounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type accounting struct {
	totalUserTime, totalKernelTime, thisUserTime, thisKernelTime int64
	pageFaults, total, active, terminated                        uint32
}

// Alive reports whether any process of the job runs.
func (g *Group) Alive() bool {
	var info accounting
	err := windows.QueryInformationJobObject(g.job, windows.JobObjectBasicAccountingInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)), nil)
	return err == nil && info.active > 0
}

// Release frees the job, which kills what is left in it.
func (g *Group) Release() { _ = windows.CloseHandle(g.job) }
