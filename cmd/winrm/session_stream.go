package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

var (
	// errScript says that a script has failed, which was shown already.
	errScript = errors.New("the script has failed")
	// errStopped says that a script was stopped.
	errStopped = errors.New("the script was stopped")
	// errLeft says that the user has disconnected.
	errLeft = errors.New("the session was left")
)

// reader reads commands of a session, and lets their user leave or stop them.
type reader struct {
	printer *recordPrinter
	host    *host
	leaving leaving
	// asks says that a Ctrl-C asks what is to be done; else the first one stops and
	// the second ends.
	asks bool
	// stops says that a Ctrl-C stops, however often, and does not ask.
	stops bool
	// interrupts are the Ctrl-Cs, from listen on.
	interrupts chan os.Signal
}

// listen makes Ctrl-C the reader's from now on: one that comes before a command has
// started, or between two, does not kill the program, which has a session to look after.
func (r *reader) listen() {
	if r.interrupts == nil {
		r.interrupts = make(chan os.Signal, 1)
		signal.Notify(r.interrupts, os.Interrupt)
	}
}

// newReader makes one of what a command line has. From then on nobody to read
// standard output is an error and does not kill the program, which has a session to
// look after.
func newReader(cmd *cobra.Command, form string, stdin io.Reader) (*reader, error) {
	signal.Ignore(syscall.SIGPIPE)
	p, err := newRecordPrinter(cmd.OutOrStdout(), cmd.ErrOrStderr(), form)
	if err != nil {
		return nil, err
	}
	return &reader{
		printer: p, host: &host{ui: &hostUI{in: &lineInput{r: stdin}, printer: p}},
		asks: isTerminal(stdin) && p.stderr.terminal,
	}, nil
}

// read writes what a command puts out, to its end. The error is nil where it has
// completed; a *remoteExit where it has said exit with another number than 0;
// errScript, errStopped, errLeft or errInterrupted; or what went wrong.
func (r *reader) read(ctx context.Context, s *attached, pl *runspacepool.Pipeline) error {
	r.host.exited, r.host.exitCode = false, 0
	err := r.follow(ctx, s, pl)
	if err == nil && r.host.exitCode != 0 {
		return &remoteExit{r.host.exitCode}
	}
	return err
}

// scriptEnded reports whether an error of read is only of the script, and the session
// is well.
func scriptEnded(err error) bool {
	_, exited := errors.AsType[*remoteExit](err)
	return exited || errors.Is(err, errScript) || errors.Is(err, errStopped)
}

// follow is read without what exit says.
func (r *reader) follow(ctx context.Context, s *attached, pl *runspacepool.Pipeline) error {
	r.listen()
	interrupts := r.interrupts
	stopped := false
	r.host.ui.stopped = false
	stopping, cancel := context.WithCancel(ctx)
	var stops sync.WaitGroup
	defer stops.Wait()
	defer cancel()
	for {
		err := r.turn(ctx, interrupts, pl)
		if errors.Is(err, runspacepool.ErrDisconnected) {
			err = fmt.Errorf("the session is this client's no more; winrm session receive %s may go on: %w", s.called, err)
		}
		if !errors.Is(err, errInterrupted) {
			return errors.Join(err, r.printer.pause())
		}
		what := "stop"
		if r.asks {
			what = r.question(ctx, interrupts)
		} else if stopped && !r.stops {
			return errInterrupted
		}
		switch what {
		case "stop":
			stopped, r.host.ui.stopped = true, true
			if r.stops && r.host.ui.in.terminal() { // after ^C
				fmt.Fprintln(r.printer.stderr.w)
			}
			stops.Go(func() { r.stop(stopping, pl) })
		case "disconnect":
			return r.depart(s, pl)
		}
	}
}

// stop asks for a command to be stopped, which servers answer when it has stopped;
// meanwhile what it puts out is read.
func (r *reader) stop(ctx context.Context, pl *runspacepool.Pipeline) {
	if err := pl.Stop(ctx); err != nil && ctx.Err() == nil && !ended(err) {
		fmt.Fprintln(r.printer.stderr.w, "winrm: the script may not have been stopped:", safe(message(err)))
	}
}

// bounded calls what should not take long, and is done also where ctx is at its
// end.
func bounded(f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	return f(ctx)
}

// turn reads until the end, or errInterrupted.
func (r *reader) turn(ctx context.Context, interrupts <-chan os.Signal, pl *runspacepool.Pipeline) error {
	turn, cancel := interruptible(ctx, interrupts)
	defer cancel()
	for {
		record, err := pl.Next(turn)
		if err == nil {
			err = r.printer.record(record)
			if err != nil {
				return err
			}
			continue
		}
		if errors.Is(context.Cause(turn), errInterrupted) && turn.Err() != nil && ctx.Err() == nil && !ended(err) {
			return errInterrupted
		}
		if unreadable := (*runspacepool.ObjectError)(nil); errors.As(err, &unreadable) {
			if err := r.printer.problem("winrm: an object cannot be shown: " + err.Error()); err != nil {
				return err
			}
			continue
		}
		return r.end(err)
	}
}

// ended reports whether an error of Next is a command's end.
func ended(err error) bool {
	var failed *runspacepool.PipelineError
	return errors.Is(err, io.EOF) || errors.As(err, &failed) || errors.Is(err, runspacepool.ErrDisconnected)
}

// interruptible makes a context that an interrupt ends, with errInterrupted.
func interruptible(ctx context.Context, interrupts <-chan os.Signal) (context.Context, context.CancelFunc) {
	turn, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-interrupts:
			cancel(errInterrupted)
		case <-turn.Done():
		}
	}()
	return turn, func() { cancel(nil); <-done }
}

// end is what a command's end means.
func (r *reader) end(err error) error {
	var failed *runspacepool.PipelineError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &failed) && failed.State == psrp.PSInvocationStopped:
		return errStopped
	case errors.As(err, &failed) && failed.Record != nil:
		if err := r.printer.record(&runspacepool.Record{Stream: runspacepool.StreamError, Error: failed.Record}); err != nil {
			return err
		}
		return errScript
	}
	return err
}

// question asks what a Ctrl-C was meant for. Another one means to stop.
func (r *reader) question(ctx context.Context, interrupts <-chan os.Signal) string {
	turn, cancel := interruptible(ctx, interrupts)
	defer cancel()
	for {
		answer, err := r.host.ui.question(turn, "\n[D]isconnect, [S]top, [C]ontinue: ", false)
		if err != nil {
			return "stop"
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "d", "disconnect":
			return "disconnect"
		case "s", "stop":
			return "stop"
		case "c", "continue", "":
			return "continue"
		}
	}
}

// depart leaves the session with what runs in it, and writes what has come before.
func (r *reader) depart(s *attached, pl *runspacepool.Pipeline) error {
	if err := s.leave(&r.leaving); err != nil {
		return err
	}
	for {
		var record *runspacepool.Record
		err := bounded(func(ctx context.Context) (err error) { record, err = pl.Next(ctx); return err })
		switch {
		case err == nil:
			err = r.printer.record(record)
			if err != nil {
				return err
			}
		case errors.Is(err, runspacepool.ErrDisconnected):
			if err := r.printer.pause(); err != nil {
				return err
			}
			if err := r.printer.problem("winrm: the session was left; winrm session receive " + s.called + " goes on"); err != nil {
				return err
			}
			return errLeft
		case ended(err):
			return errors.Join(r.end(err), r.printer.pause())
		default:
			return err
		}
	}
}
