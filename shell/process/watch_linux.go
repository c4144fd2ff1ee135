package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pidfd waits without a thread: a pidfd can be read when its process has ended,
// and Go's poller waits for that as for a socket.
type pidfd struct {
	file *os.File
	raw  syscall.RawConn
}

func openWatcher(pid int) (watcher, error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	switch {
	case errors.Is(err, unix.ESRCH):
		return nil, fmt.Errorf("process %d: %w", pid, os.ErrProcessDone)
	case err != nil: // before Linux 5.10, or not allowed, or too many files
		return watchTicking(pid)
	}
	file := os.NewFile(uintptr(fd), "pidfd")
	raw, err := file.SyscallConn()
	if err == nil {
		err = file.SetReadDeadline(time.Time{}) // fails where the poller cannot wait for it
	}
	if err != nil {
		_ = file.Close()
		return watchTicking(pid)
	}
	return &pidfd{file, raw}, nil
}

func (p *pidfd) wait() bool {
	ended := false
	err := p.raw.Read(func(fd uintptr) bool {
		ended = readable(fd)
		return ended
	})
	return err == nil && ended
}

func readable(fd uintptr) bool {
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n := 0
	err := retry(func() (err error) {
		n, err = unix.Poll(set, 0)
		return err
	})
	return err == nil && n > 0
}

func (p *pidfd) interrupt() { _ = p.file.Close() } // ends Read

func (p *pidfd) release() { _ = p.file.Close() } // may be the second time

// watchTicking watches the process that has the number now.
func watchTicking(pid int) (watcher, error) {
	first, err := stat(pid)
	if err != nil {
		return nil, fmt.Errorf("watch process %d: %w", pid, err)
	}
	return newTicking(func() bool {
		now, err := stat(pid)
		return errors.Is(err, os.ErrProcessDone) || err == nil && (now.key != first.key || now.dead())
	}), nil
}
