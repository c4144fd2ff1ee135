package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// serviceName is what the service manager and the event log call winrmd.
const serviceName = "winrmd"

// asService runs the program, as a service where the service manager has started
// it: then run ends when the service is stopped, and what it logs goes to the event
// log.
func asService(ctx context.Context, run func(context.Context) error) error {
	is, err := svc.IsWindowsService()
	if err != nil || !is {
		return run(ctx)
	}
	log, err := openEventLog()
	if err != nil {
		return err
	}
	defer log.close()
	s := &service{ctx: ctx, run: run}
	err = svc.Run(serviceName, s)
	if err = errors.Join(err, s.err); err != nil {
		fmt.Fprintln(os.Stderr, "level=ERROR msg=\"the service has ended\" error="+err.Error())
	}
	return err
}

// service is what the service manager speaks with. It implements svc.Handler.
type service struct {
	ctx context.Context // Execute is given none
	run func(context.Context) error
	err error // how run has ended
}

// failedExitCode is the service's own code for a run that has failed.
const failedExitCode = 1

// Execute implements svc.Handler.
func (s *service) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (own bool, code uint32) {
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for {
		select {
		case s.err = <-ended:
			status <- svc.Status{State: svc.StopPending}
			if s.err != nil {
				return true, failedExitCode
			}
			return false, 0
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				status <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				status <- svc.Status{State: svc.StopPending}
				stop()
			}
		}
	}
}

// eventLog has the lines of os.Stderr go to the event log, also those of the hosts
// while this process lives.
type eventLog struct {
	log  *eventlog.Log
	ours io.Closer
	done chan struct{}
}

func openEventLog() (*eventLog, error) {
	// That the source is there already is no matter; without one the viewer shows
	// the text all the same, below an excuse.
	_ = eventlog.InstallAsEventCreate(serviceName, eventlog.Error|eventlog.Warning|eventlog.Info)
	log, err := eventlog.Open(serviceName)
	if err != nil {
		return nil, fmt.Errorf("event log: %w", err)
	}
	hears, tells, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	os.Stderr = tells
	e := &eventLog{log: log, ours: tells, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		copyLines(hears, log)
	}()
	return e, nil
}

// close waits for the last line, but not for hosts, which have the pipe too.
func (e *eventLog) close() {
	e.ours.Close()
	select {
	case <-e.done:
		e.log.Close()
	default: // it goes with the process
	}
}

// sink is an event log.
type sink interface {
	Info(id uint32, text string) error
	Warning(id uint32, text string) error
	Error(id uint32, text string) error
}

// maxEvent is how many bytes of a line go into one event, which may have 31839
// characters; what is more goes into the next.
const maxEvent = 16 << 10

// eventID is that of all events: their text is all that there is.
const eventID = 1

// copyLines makes an event of each line. It reads on when the log takes none: who
// logs must not wait.
func copyLines(r io.Reader, log sink) {
	lines := bufio.NewReaderSize(r, maxEvent)
	for {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		switch {
		case len(line) == 0:
		case bytes.Contains(line, []byte("level=ERROR")):
			_ = log.Error(eventID, string(line))
		case bytes.Contains(line, []byte("level=WARN")):
			_ = log.Warning(eventID, string(line))
		default:
			_ = log.Info(eventID, string(line))
		}
	}
}
