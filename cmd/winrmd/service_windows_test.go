package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sys/windows/svc"
)

// next is the next status that a service reports.
func next(t *testing.T, status <-chan svc.Status) svc.State {
	t.Helper()
	select {
	case s := <-status:
		return s.State
	case <-time.After(time.Minute):
		assert.Fail(t, "the service reports nothing")
		return 0
	}
}

func TestServiceStops(t *testing.T) {
	t.Parallel()
	for _, cmd := range []svc.Cmd{svc.Stop, svc.Shutdown} {
		s := &service{ctx: t.Context(), run: func(ctx context.Context) error { <-ctx.Done(); return nil }}
		requests, status := make(chan svc.ChangeRequest), make(chan svc.Status)
		code := make(chan uint32, 1)
		go func() { _, c := s.Execute(nil, requests, status); code <- c }()
		assert.Equal(t, svc.State(svc.Running), next(t, status))
		requests <- svc.ChangeRequest{Cmd: svc.Interrogate, CurrentStatus: svc.Status{State: svc.Running}}
		assert.Equal(t, svc.State(svc.Running), next(t, status))
		requests <- svc.ChangeRequest{Cmd: cmd}
		assert.Equal(t, svc.State(svc.StopPending), next(t, status))
		assert.Equal(t, svc.State(svc.StopPending), next(t, status))
		assert.Zero(t, <-code)
		assert.NoError(t, s.err)
	}
}

func TestServiceFails(t *testing.T) {
	t.Parallel()
	s := &service{ctx: t.Context(), run: func(context.Context) error { return errors.New("no such address") }}
	status := make(chan svc.Status, 2)
	own, code := s.Execute(nil, nil, status)
	assert.True(t, own)
	assert.EqualValues(t, failedExitCode, code)
	assert.ErrorContains(t, s.err, "no such address")
}

// events are what an event log was told.
type events []string

func (e *events) Info(_ uint32, text string) error { *e = append(*e, "I "+text); return nil }
func (e *events) Warning(_ uint32, text string) error {
	*e = append(*e, "W "+text)
	return errors.New("the log is full")
}
func (e *events) Error(_ uint32, text string) error { *e = append(*e, "E "+text); return nil }

func TestCopyLines(t *testing.T) {
	t.Parallel()
	var got events
	long := strings.Repeat("x", maxEvent)
	copyLines(strings.NewReader("time=1 level=INFO msg=a\r\n\ntime=2 level=WARN msg=b\ntime=3 level=ERROR msg=c\n"+long+"y\nlast"), &got)
	assert.Equal(t, events{"I time=1 level=INFO msg=a", "W time=2 level=WARN msg=b", "E time=3 level=ERROR msg=c", "I " + long, "I y", "I last"}, got)
}
