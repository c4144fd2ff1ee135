package process

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// handles waits for a process or for an event, which interrupts.
type handles struct{ process, event windows.Handle }

func openWatcher(pid int) (watcher, error) {
	process, err := open(pid, windows.SYNCHRONIZE)
	if err != nil {
		return nil, err
	}
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		_ = windows.CloseHandle(process)
		return nil, fmt.Errorf("watch process %d: %w", pid, err)
	}
	return &handles{process, event}, nil
}

func (h *handles) wait() bool {
	which, err := windows.WaitForMultipleObjects([]windows.Handle{h.process, h.event}, false, windows.INFINITE)
	return err == nil && which == windows.WAIT_OBJECT_0
}

func (h *handles) interrupt() { _ = windows.SetEvent(h.event) }

func (h *handles) release() {
	_ = windows.CloseHandle(h.process)
	_ = windows.CloseHandle(h.event)
}
