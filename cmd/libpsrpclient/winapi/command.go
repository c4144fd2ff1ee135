package winapi

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Command is a command of a Shell, from the moment that it is asked for.
type Command struct {
	shell  *Shell
	handle Handle
	id     string
	gate   *gate
	ctx    context.Context
	cancel context.CancelFunc

	closing bool          // guarded by the shell's lock
	created chan struct{} // closed when it is known whether there is one
	exists  bool          // read after created is closed
}

// Handle names the Command.
func (c *Command) Handle() Handle { return c.handle }

// Shell is whose command it is.
func (c *Command) Shell() *Shell { return c.shell }

// CommandParameters are what a command is to be.
type CommandParameters struct {
	// ID is a GUID in upper case; "" leaves it to the server.
	ID        string
	Line      string
	Arguments []string
	Options   []wsman.Option
}

// newCommand is nil where the shell is closed.
func (sh *Shell) newCommand(id string) *Command {
	c := &Command{shell: sh, id: id, gate: newGate(), created: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(sh.ctx)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closing {
		c.cancel()
		return nil
	}
	c.handle = sh.session.api.table.add(c)
	sh.commands[c] = struct{}{}
	return c
}

// make makes a command, or comes to one, and tells done.
func (sh *Shell) make(id string, done Completion, announce func(Handle), f func(c *Command, shell *wsmanclient.Shell) (*wsmanclient.Command, error)) {
	c := sh.newCommand(id)
	if c == nil {
		announce(0)
		refuse(done, Event{Shell: sh.handle})
		return
	}
	announce(c.handle)
	started := sh.session.start(func() {
		defer close(c.created)
		shell, err := sh.known()
		if err == nil {
			var made *wsmanclient.Command
			if made, err = f(c, shell); err == nil {
				c.id, c.exists = made.ID(), true
			}
		}
		if err != nil && c.ctx.Err() != nil {
			err = newError(wsman.CodeOperationAborted, "")
		}
		done(Event{Flags: FlagEndOfOperation, Err: asError(err), Shell: sh.handle, Command: c.handle})
	})
	if !started {
		close(c.created)
		refuse(done, Event{Shell: sh.handle, Command: c.handle})
	}
}

// RunCommand starts a command. announce gets its Handle before done is called; 0
// where the shell is closed.
func (sh *Shell) RunCommand(p CommandParameters, done Completion, announce func(Handle)) {
	sh.make(p.ID, done, announce, func(c *Command, shell *wsmanclient.Shell) (*wsmanclient.Command, error) {
		return shell.Command(c.ctx, wsmanclient.CommandConfig{
			ID: p.ID, Line: p.Line, Arguments: p.Arguments, SkipShell: false, ConsoleInput: true, Options: p.Options,
		})
	})
}

// ConnectCommand comes to a command of a shell, after ConnectShell. content is
// XML for the kind of shell; "" is none.
func (sh *Shell) ConnectCommand(id, content string, done Completion, announce func(Handle)) {
	sh.make(id, done, announce, func(c *Command, shell *wsmanclient.Shell) (*wsmanclient.Command, error) {
		return shell.ConnectCommand(c.ctx, id, []byte(content))
	})
}

// Reconnect comes back to the command, after the Reconnect of its shell.
func (c *Command) Reconnect(done Completion) {
	sh := c.shell
	started := sh.session.start(func() {
		shell, err := sh.known()
		if err == nil {
			err = shell.CommandByID(c.id).Reconnect(c.ctx)
		}
		if err == nil {
			c.gate.set(true)
		}
		done(Event{Flags: FlagEndOfOperation, Err: asError(err), Shell: sh.handle, Command: c.handle})
	})
	if !started {
		refuse(done, Event{Shell: sh.handle, Command: c.handle})
	}
}

// Close ends what is under way on the command and the command at the server,
// unless it is disconnected. After done the Handle, and those of its operations,
// name nothing.
func (c *Command) Close(done Completion) {
	sh := c.shell
	started := sh.session.start(func() {
		c.end()
		done(Event{Flags: FlagEndOfOperation, Shell: sh.handle, Command: c.handle})
		c.release()
	})
	if !started {
		refuse(done, Event{Shell: sh.handle, Command: c.handle})
	}
}

// end signals the command's end. Errors are not told: the command is given up.
func (c *Command) end() {
	sh := c.shell
	sh.mu.Lock()
	closed := c.closing
	c.closing = true
	sh.mu.Unlock()
	if closed {
		return
	}
	c.cancel()
	<-c.created
	for _, o := range sh.operationsOf(c) {
		<-o.finished
	}
	shell, err := sh.known()
	if err != nil || !c.exists || !c.gate.isOpen() {
		return
	}
	ctx, cancel := within(sh.ctx, sh.session.timeout(OptionTimeoutSignalShell))
	defer cancel()
	_ = shell.CommandByID(c.id).Close(ctx)
}

func (c *Command) release() {
	sh := c.shell
	sh.mu.Lock()
	delete(sh.commands, c)
	var operations []*Operation
	for o := range sh.operations {
		if o.command == c {
			operations = append(operations, o)
			delete(sh.operations, o)
		}
	}
	sh.mu.Unlock()
	for _, o := range operations {
		sh.session.api.table.remove(o.handle)
	}
	sh.session.api.table.remove(c.handle)
}
