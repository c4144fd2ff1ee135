package powershell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"

	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

// maxLine is the longest line that is read from an engine. An engine writes
// fragments of 32 KiB, some 44 KB of text.
const maxLine = 16 << 20

// output is where an engine's output goes.
type output interface {
	// data takes one Data packet.
	data(p outofproc.Packet) error
	// ended is told once why the engine is no longer there.
	ended(err error)
	// WaitRoom blocks while nothing should be read, and Expect says that
	// something must be; see shell.Host.
	WaitRoom()
	Expect() (done func())
}

// engine is a running engine process, spoken to in packets. Its methods may
// be called by several goroutines.
//
// One goroutine reads, one writes, and one waits for the process. An engine
// handles each line on a thread of its own, so the next Data must wait for the
// acknowledgement of the one before: slot is held from the one to the other.
type engine struct {
	shellID string
	child   *child
	log     *slog.Logger
	out     output
	queue   chan func(*outofproc.Writer) error
	slot    chan func() // full while a Data is not acknowledged; holds the end of its Expect
	acks    acks
	stderr  tail
	limit   func(starved bool) error // which limit it has come to; nil: it has none
	doubts  doubts

	bye   chan struct{} // closed when nothing more is to be written
	dead  chan struct{} // closed when the process and its output have ended
	cause error         // why; read after dead is closed
}

// startEngine runs cmd for a shell and begins to read.
func startEngine(cmd *exec.Cmd, shellID string, out output, limit func(bool) error, log *slog.Logger) (*engine, error) {
	e := &engine{
		shellID: shellID, child: newChild(cmd), log: log, out: out, limit: limit,
		queue: make(chan func(*outofproc.Writer) error),
		slot:  make(chan func(), 1),
		bye:   make(chan struct{}),
		dead:  make(chan struct{}),
	}
	e.stderr.alarm = e.doubt
	cmd.Stderr = &e.stderr
	stdin, err := e.child.start()
	if err != nil {
		return nil, err
	}
	go e.write(stdin)
	go e.run()
	return e, nil
}

// write hands packets to the process one after the other. A write may take
// long where the engine does not read; nobody waits for it beyond his context.
func (e *engine) write(stdin io.WriteCloser) {
	defer stdin.Close()
	w := outofproc.NewWriter(stdin)
	for {
		select {
		case packet := <-e.queue:
			if err := packet(w); err != nil {
				e.log.Debug("engine input", "error", err)
				_ = e.child.end(e.kill) // how it ends is for run to tell
				return
			}
		case <-e.bye:
			return
		case <-e.dead:
			return
		}
	}
}

// hangUp closes the engine's input, at which it ends. It is called once.
func (e *engine) hangUp() { close(e.bye) }

// run reads until the output ends and then waits for the process.
func (e *engine) run() {
	readErr := e.read()
	if !errors.Is(readErr, io.EOF) {
		e.kill()
	}
	e.cause = e.reason(readErr, e.child.end(e.kill))
	e.child.stdout.Close()
	e.out.ended(e.cause)
	close(e.dead)
	e.acks.closeAll()
}

func (e *engine) read() error {
	packets := outofproc.NewReader(e.child, maxLine)
	for {
		e.out.WaitRoom()
		p, err := packets.ReadPacket()
		if err != nil {
			return err
		}
		switch p.Kind {
		case outofproc.Data:
			err = e.out.data(p)
		case outofproc.DataAck:
			e.acknowledge()
		default:
			e.acks.arrived(p.Kind, p.ID)
		}
		if err != nil {
			return err
		}
	}
}

// reason says in one sentence why the engine is gone.
func (e *engine) reason(read, wait error) error {
	text := e.stderr.String()
	if text != "" {
		text = ": " + text
	}
	// A process that is killed may leave half a line.
	cut := wait != nil && errors.Is(read, io.ErrUnexpectedEOF)
	switch {
	case !errors.Is(read, io.EOF) && !cut:
		return fmt.Errorf("the PowerShell engine wrote what is not its protocol: %w%s", read, text)
	case wait != nil && e.limit != nil && e.limit(false) != nil:
		return fmt.Errorf("the PowerShell engine ended (%w): %w%s", wait, e.limit(false), text)
	case wait != nil:
		return fmt.Errorf("the PowerShell engine ended unexpectedly (%w)%s", wait, text)
	default:
		return fmt.Errorf("the PowerShell engine ended%s", text)
	}
}

// gone is what those are told who want something of an engine that is dead.
func (e *engine) gone() error { return &shell.EndedError{ShellID: e.shellID, Cause: e.cause} }

// acknowledge frees the slot of the Data that was sent last.
func (e *engine) acknowledge() {
	select {
	case done := <-e.slot:
		done()
	default: // an acknowledgement of nothing
	}
}

// send writes one Data packet when the one before was acknowledged. It does
// not wait for its own acknowledgement.
func (e *engine) send(ctx context.Context, stream, id string, text []byte) error {
	done := e.out.Expect()
	select {
	case e.slot <- done:
	case <-e.dead:
		done()
		return e.gone()
	case <-ctx.Done():
		done()
		return waitError(ctx)
	}
	err := e.put(ctx, func(w *outofproc.Writer) error { return w.Data(stream, id, text) })
	if err != nil {
		e.acknowledge() // it was never sent
	}
	return err
}

// settle waits until every Data was acknowledged.
func (e *engine) settle(ctx context.Context) error {
	select {
	case e.slot <- func() {}:
		e.acknowledge()
		return nil
	case <-e.dead:
		return e.gone()
	case <-ctx.Done():
		return waitError(ctx)
	}
}

// put gives a packet to the writing goroutine.
func (e *engine) put(ctx context.Context, packet func(*outofproc.Writer) error) error {
	select {
	case e.queue <- packet:
		return nil
	case <-e.dead:
		return e.gone()
	case <-ctx.Done():
		return waitError(ctx)
	}
}

// ask writes a packet and waits for its acknowledgement.
func (e *engine) ask(ctx context.Context, ack outofproc.Kind, id string, packet func(*outofproc.Writer) error) error {
	done := e.out.Expect()
	defer done()
	arrived := e.acks.expect(ack, id)
	defer e.acks.forget(ack, id, arrived)
	if err := e.put(ctx, packet); err != nil {
		return err
	}
	select {
	case <-arrived:
		select {
		case <-e.dead:
			return e.gone()
		default:
			return nil
		}
	case <-e.dead:
		return e.gone()
	case <-ctx.Done():
		return waitError(ctx)
	}
}

// command announces a pipeline, signal stops it and close ends it, or the
// session for the zero identifier.
func (e *engine) command(ctx context.Context, id string) error {
	return e.ask(ctx, outofproc.CommandAck, id, func(w *outofproc.Writer) error { return w.Command(id) })
}

func (e *engine) signal(ctx context.Context, id string) error {
	e.doubts.noteSignal()
	return e.ask(ctx, outofproc.SignalAck, id, func(w *outofproc.Writer) error { return w.Signal(id) })
}

func (e *engine) close(ctx context.Context, id string) error {
	return e.ask(ctx, outofproc.CloseAck, id, func(w *outofproc.Writer) error { return w.Close(id) })
}

// kill ends the process and everything that it has started.
func (e *engine) kill() {
	if e.child == nil {
		return
	}
	if err := e.child.kill(); err != nil {
		e.log.Warn("engine not killed", "error", err)
	}
}

// waitError turns the end of a wait into the error that callers know.
func waitError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return shell.ErrTimedOut
	}
	return ctx.Err()
}
