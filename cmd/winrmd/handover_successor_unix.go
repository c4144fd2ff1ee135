//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/winrmd/winrmd/shell/process"
)

// successor is a newer daemon that was started.
type successor struct {
	process *exec.Cmd
	ready   *os.File // what it says so by
}

// startSuccessor starts a program with this process's arguments and
// descriptors for what is handed over, named as in handoverVariable.
func startSuccessor(program string, environment []string, names []string, files []*os.File) (*successor, error) {
	ready, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close()
	names, files = append(names, handoverReady), append(files, write)
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = files
	cmd.Env = append(append(os.Environ(), environment...), handoverVariable+"="+describeHandover(names))
	// It leads a process group, so that what it has begun can be ended with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := process.StartOwn(cmd); err != nil {
		ready.Close()
		return nil, err
	}
	return &successor{process: cmd, ready: ready}, nil
}

// wait waits until the successor serves. If it does not, nothing is left of it
// and the error says why.
func (s *successor) wait(ctx context.Context, timeout time.Duration) error {
	defer s.ready.Close()
	if err := s.ready.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return errors.Join(err, s.kill())
	}
	stop := context.AfterFunc(ctx, func() { _ = s.ready.SetReadDeadline(time.Now()) })
	defer stop()
	word := make([]byte, len(readyToServe))
	_, err := io.ReadFull(s.ready, word)
	switch {
	case err == nil && string(word) == readyToServe:
		return nil
	case ctx.Err() != nil:
		err = errors.New("this one is to end")
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("it is not ready after %v", timeout)
	default:
		err = errors.New("it did not say that it is ready; its log says why")
	}
	return errors.Join(err, s.kill())
}

// exitTime is for a process that has closed its pipe and is about to end.
const exitTime = 500 * time.Millisecond

// kill ends the successor and all that it has left behind, and says how it
// ended if that was by itself. The hosts of sessions that it has made go on:
// they lead sessions of their own.
func (s *successor) kill() error {
	ended := make(chan error, 1)
	go func() { ended <- s.process.Wait() }()
	killGroup := func() { _ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL) }
	defer killGroup()
	select {
	case err := <-ended:
		return err
	case <-time.After(exitTime):
	}
	killGroup()
	<-ended
	return nil
}
