package process

import (
	"fmt"
	"sync"

	"golang.org/x/sys/windows"
)

// ourJob is never closed: Windows does when this process ends, however it does.
var ourJob = sync.OnceValues(func() (windows.Handle, error) {
	job, err := newJob()
	if err != nil {
		return 0, err
	}
	if err := windows.AssignProcessToJobObject(job, windows.CurrentProcess()); err != nil {
		_ = windows.CloseHandle(job)
		return 0, fmt.Errorf("this process into a job: %w", err)
	}
	return job, nil
})

// EndWithUs has the system kill all that this process starts from now on, and
// what those start, when this process ends, also when it is killed. It is for the
// host of a shell. A job of which only this process has a handle does it.
func EndWithUs() error {
	_, err := ourJob()
	return err
}
