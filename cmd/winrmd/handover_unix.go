//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/shell/process"
)

// upgradeRequests gives a value for each SIGUSR2. It is to be called early:
// until then the signal ends the process.
func upgradeRequests() <-chan os.Signal {
	requests := make(chan os.Signal, 1)
	signal.Notify(requests, syscall.SIGUSR2)
	return requests
}

// inherit takes what whoever started this process has passed on. Nothing that
// this process starts inherits it in turn.
func inherit() (*inherited, error) {
	text, ok := os.LookupEnv(handoverVariable)
	if !ok {
		sockets, err := systemdSockets()
		return &inherited{activated: sockets}, err
	}
	os.Unsetenv(handoverVariable)
	files, err := parseHandover(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", handoverVariable, err)
	}
	i := &inherited{listeners: map[string]net.Listener{}, followed: parseFollowing(os.Getenv(followVariable))}
	os.Unsetenv(followVariable)
	for name, fd := range files {
		syscall.CloseOnExec(fd)
		if name == handoverStarter { // passing it on has changed that
			if err := syscall.SetNonblock(fd, true); err != nil {
				return nil, fmt.Errorf("%s: descriptor %d for %s: %w", handoverVariable, fd, name, err)
			}
		}
		f := os.NewFile(uintptr(fd), name)
		switch name {
		case handoverLock:
			i.lock = f
		case handoverReady:
			i.waiting = f
		case handoverStarter:
			i.starter = f
		default:
			if i.listeners[name], err = net.FileListener(f); err != nil {
				return nil, fmt.Errorf("%s: descriptor %d for %s: %w", handoverVariable, fd, name, err)
			}
			f.Close()
		}
	}
	return i, nil
}

// ownProgram is the path at which a newer version of this program appears. It
// is the one that it was started by: that of the running file would lead to the
// old version where a symbolic link was turned to the new one, or the old file
// was moved aside.
func ownProgram() (string, error) {
	running, err := os.Executable()
	if err != nil {
		return "", err
	}
	path, err := exec.LookPath(os.Args[0])
	if err != nil {
		return running, nil // its name may be anything
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	a, errA := os.Stat(path)
	b, errB := os.Stat(running)
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		return running, nil
	}
	return path, nil
}

// handOver starts the program that is on disk now and gives it the lock and
// the listeners. Once it returns without an error the newer daemon serves;
// otherwise nothing is left of it and nothing has changed.
func (d *daemon) handOver(ctx context.Context, listeners *listeners) error {
	program := d.options.program
	d.log.Info("handing over", "program", program)
	names, files := []string{handoverLock}, []*os.File{d.lock.file}
	if d.starter != nil {
		names, files = append(names, handoverStarter), append(files, d.starter.File())
	}
	for _, l := range listeners.open() {
		f, err := duplicate(l.socket)
		if err != nil {
			return fmt.Errorf("listener %s: %w", l.name, err)
		}
		defer f.Close()
		names, files = append(names, l.name), append(files, f)
	}
	// What the newer daemon starts is not this one's to end when that daemon has
	// gone: the daemon after it, for one, and the hosts of sessions.
	if err := process.ResignReaper(); err != nil {
		return err
	}
	environment := append(d.notifier.environment(), followVariable+"="+listeners.describeFollowing())
	s, err := startSuccessor(program, environment, names, files)
	if err != nil {
		return errors.Join(err, process.BecomeReaper())
	}
	d.notifier.handingOver()
	if err := s.wait(ctx, handoverTimeout); err != nil {
		d.notifier.ready() // still, or again: this process is the one to watch
		return errors.Join(err, process.BecomeReaper())
	}
	d.log.Info("handed over", "pid", s.process.Process.Pid)
	go func() {
		if err := s.process.Wait(); err != nil {
			d.log.Error("the newer winrmd has ended", "error", err)
		}
	}()
	return nil
}

// duplicate makes a file of a socket for another process. Its own method File
// is not used: exec sets what that returns to blocking, and with it the
// listener, because that is a property of the socket and not of a descriptor.
func duplicate(l net.Listener) (*os.File, error) {
	c, ok := l.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("a %T cannot be handed over", l)
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var failure error
	if err := raw.Control(func(own uintptr) {
		fd, failure = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0)
	}); err != nil {
		return nil, err
	}
	if failure != nil {
		return nil, failure
	}
	return os.NewFile(uintptr(fd), l.Addr().String()), nil
}
