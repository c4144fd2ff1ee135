package winapi

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Receive receives streams of a command, or of the shell itself where c is nil,
// until the command is done. With FlagDelayOutputStream it says at once that the
// server is not asked for anything (FlagReceiveDelayRequestProcessed) and begins
// to receive when the command has been disconnected and reconnected.
func (sh *Shell) Receive(c *Command, flags uint32, streams []string, done Completion, announce func(Handle)) {
	o := &Operation{shell: sh, command: c, done: done, receiving: true}
	sh.start(o, announce, func(o *Operation) error { return o.receive(flags, streams) })
}

func (o *Operation) receive(flags uint32, streams []string) error {
	// PowerShell begins to receive while it reads what the answer to its
	// ConnectShell holds, and reads that and what it receives without a lock.
	select {
	case <-o.shell.created:
	case <-o.ctx.Done():
		return context.Cause(o.ctx)
	}
	opened := 0
	if flags&FlagDelayOutputStream != 0 {
		var err error
		if opened, err = o.gate().wait(o.ctx, 0); err != nil {
			return err
		}
		o.done(o.event(FlagReceiveDelayRequestProcessed, nil))
	}
	for {
		now, err := o.gate().wait(o.ctx, opened)
		if err != nil {
			return err
		}
		opened = now - 1
		r, err := o.receiver(streams)
		if err != nil {
			return err
		}
		if err := o.deliver(r); !o.paused(err) {
			return err
		}
	}
}

// receiver begins a Receive at the server.
func (o *Operation) receiver(streams []string) (*wsmanclient.Receiver, error) {
	shell, err := o.shell.known()
	if err != nil {
		return nil, err
	}
	r := shell.Receiver(streams...)
	if o.command != nil {
		r = shell.CommandByID(o.command.id).Receiver(streams...)
	}
	r.SetTimeout(o.shell.session.timeout(OptionTimeoutReceiveShellOutput))
	return r, nil
}

// deliver passes on what comes until the command is done.
func (o *Operation) deliver(r *wsmanclient.Receiver) error {
	for {
		output, err := r.Next(o.ctx)
		if errors.Is(err, wsman.CodeStreamDisconnected) && o.gate().isOpen() {
			continue // nobody here has asked for that
		}
		if err != nil {
			return err
		}
		if err := o.pass(output); err != nil {
			return err
		}
	}
}

// pass is one Completion for each piece of a stream; the last one has the state.
func (o *Operation) pass(output *wsmanclient.Output) error {
	var pieces []Output
	var ends []bool
	for i := range output.Streams {
		s := &output.Streams[i]
		data, err := s.AppendBytes(nil)
		if err != nil {
			return err
		}
		pieces, ends = append(pieces, Output{Stream: s.Name, Data: data}), append(ends, s.End)
	}
	if len(pieces) == 0 {
		pieces, ends = []Output{{}}, []bool{false}
	}
	last := &pieces[len(pieces)-1]
	last.CommandState, last.ExitCode = output.CommandState, output.ExitCode
	for i := range pieces {
		flags := uint32(0)
		switch {
		case output.Done() && i == len(pieces)-1:
			flags = FlagEndOfOperation
		case ends[i]:
			flags = FlagEndOfStream
		}
		o.done(o.event(flags, &pieces[i]))
	}
	if output.Done() {
		return errTold
	}
	return nil
}
