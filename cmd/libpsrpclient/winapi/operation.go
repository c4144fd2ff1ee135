package winapi

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Operation is a Send, Receive or Signal.
type Operation struct {
	shell    *Shell
	command  *Command // nil: one of the shell itself
	handle   Handle
	done     Completion
	ctx      context.Context
	cancel   context.CancelFunc
	finished chan struct{} // closed after the last Completion
	// receiving says that it is a Receive.
	receiving bool
}

// begin begins an operation: run returns how it ended. announce gets the Handle
// before done is called for the first time.
func (sh *Shell) begin(c *Command, done Completion, announce func(Handle), run func(o *Operation) error) {
	sh.start(&Operation{shell: sh, command: c, done: done}, announce, run)
}

// start starts an operation that has its shell, command and Completion.
func (sh *Shell) start(o *Operation, announce func(Handle), run func(o *Operation) error) {
	c, done := o.command, o.done
	o.finished = make(chan struct{})
	parent := sh.ctx
	if c != nil {
		parent = c.ctx
	}
	o.ctx, o.cancel = context.WithCancel(parent)
	if !sh.enter(o) {
		announce(0)
		refuse(done, o.event(0, nil))
		return
	}
	announce(o.handle)
	started := sh.session.start(func() {
		defer close(o.finished)
		o.end(run(o))
		o.cancel()
	})
	if !started {
		close(o.finished)
		refuse(done, o.event(0, nil))
	}
}

// errTold says that the last Completion has been called.
var errTold = errors.New("winapi: told already")

// enter keeps the operation with its shell until it is closed.
func (sh *Shell) enter(o *Operation) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closing || o.command != nil && o.command.closing {
		return false
	}
	o.handle = sh.session.api.table.add(o)
	sh.operations[o] = struct{}{}
	return true
}

// Close forgets the operation's Handle, and ends it where it is under way: then
// its last Completion is yet to come.
func (o *Operation) Close() {
	o.cancel()
	o.shell.mu.Lock()
	select {
	case <-o.finished:
		delete(o.shell.operations, o)
	default: // who closes the shell waits for it
		go o.forget()
	}
	o.shell.mu.Unlock()
	o.shell.session.api.table.remove(o.handle)
}

func (o *Operation) forget() {
	<-o.finished
	o.shell.mu.Lock()
	defer o.shell.mu.Unlock()
	delete(o.shell.operations, o)
}

// event is one of the operation's.
func (o *Operation) event(flags uint32, output *Output) Event {
	e := Event{Flags: flags, Shell: o.shell.handle, Operation: o.handle, Output: output}
	if o.command != nil {
		e.Command = o.command.handle
	}
	return e
}

// end is the last Completion.
func (o *Operation) end(err error) {
	if errors.Is(err, errTold) {
		return
	}
	e := o.event(FlagEndOfOperation, nil)
	if err != nil && o.ctx.Err() != nil {
		err = newError(wsman.CodeOperationAborted, "")
	}
	e.Err = asError(err)
	o.done(e)
}

// gate is that of the command, or of the shell.
func (o *Operation) gate() *gate {
	if o.command != nil {
		return o.command.gate
	}
	return o.shell.gate
}

// paused reports whether an error means that the shell is disconnected, and the
// operation is to wait until it is connected again.
func (o *Operation) paused(err error) bool {
	var left *wsmanclient.DisconnectedError
	if errors.As(err, &left) {
		o.shell.pause()
		return true
	}
	disconnected := errors.Is(err, wsman.CodeStreamDisconnected) || errors.Is(err, wsman.CodeShellDisconnected)
	return disconnected && !o.gate().isOpen()
}

// persist does something, and again after the shell was disconnected.
func (o *Operation) persist(f func() error) error {
	for {
		if _, err := o.gate().wait(o.ctx, 0); err != nil {
			return err
		}
		if err := f(); err == nil || !o.paused(err) {
			return err
		}
	}
}
