package shell

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// inputs counts the operations that act on a plug-in, so that a Disconnect can
// let them finish.
type inputs struct {
	running int
	idle    chan struct{} // closed when running comes to 0; nil: nobody waits
}

func (n *inputs) done() {
	n.running--
	if n.running == 0 && n.idle != nil {
		close(n.idle)
		n.idle = nil
	}
}

// use runs f as an operation of the attached client on the instance.
func (sh *Shell) use(c Client, f func() error) error {
	if err := sh.useBegin(c); err != nil {
		return err
	}
	defer sh.useEnd()
	return f()
}

func (sh *Shell) useBegin(c Client) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err := sh.admit(c, eventUse); err != nil {
		return err
	}
	if sh.ended != nil {
		sh.clock.end(sh)
		return sh.ended
	}
	sh.inputs.running++
	return nil
}

func (sh *Shell) useEnd() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.inputs.done()
	sh.clock.end(sh)
}

// doneRetry is how long a client may take to ask again for the answer that
// told it of a command's end.
const doneRetry = 30 * time.Second

// maxDone is how many commands whose end was told are kept for such a retry.
const maxDone = 64

// maxCommands is how many commands a shell keeps in all. Those that have ended
// do not count for the quota, but each takes memory until it is released.
const maxCommands = 10000

// Command starts a command. id is the client's name for it; empty means that
// the shell chooses one.
func (sh *Shell) Command(ctx context.Context, c Client, id string, r *CommandRequest) (*Command, error) {
	var cmd *Command
	err := sh.use(c, func() (err error) {
		cmd, err = sh.addCommand(id, r)
		if err != nil {
			return err
		}
		if err = sh.instance.Command(ctx, cmd, r); err != nil {
			sh.mu.Lock()
			sh.removeCommand(cmd)
			sh.mu.Unlock()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return cmd, nil
}

// addCommand enters a command into the shell. That a client starts another one
// confirms what it was told of the shell itself, and ends the time in which it
// may ask again for the end of older ones.
func (sh *Shell) addCommand(id string, r *CommandRequest) (*Command, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.state == Closed { // while the request was under way
		return nil, &NotFoundError{ShellID: sh.spec.ShellID}
	}
	sh.target.confirm(sh.target.streams)
	sh.forgetDone()
	if id == "" {
		id = uuid.NewString()
	}
	id = strings.ToUpper(id)
	if _, err := sh.command(id); err == nil {
		return nil, &ConflictError{ShellID: sh.spec.ShellID, CommandID: id}
	}
	running := 0
	for _, cmd := range sh.commands {
		if cmd.running() {
			running++
		}
	}
	if limit := sh.cfg.MaxConcurrentCommandsPerShell; limit > 0 && running >= limit {
		return nil, &QuotaError{Quota: QuotaCommandsPerShell, Limit: limit, Asked: running + 1, Configuration: sh.cfg.Name}
	}
	if len(sh.commands) >= maxCommands {
		return nil, &QuotaError{Quota: QuotaCommandsPerShell, Limit: maxCommands, Asked: len(sh.commands) + 1, Configuration: sh.cfg.Name}
	}
	cmd := &Command{id: id, line: r.Line, created: time.Now()}
	cmd.target.init(sh, cmd, sh.cfg.Traits.CommandStreams)
	sh.commands = append(sh.commands, cmd)
	return cmd, nil
}

// forgetDone lets go of commands whose client was told of their end and has
// had the time to ask again. Clients of command shells release each command
// with a Signal; of theirs only those are forgotten that are too many.
func (sh *Shell) forgetDone() {
	var told []*Command
	for _, cmd := range sh.commands {
		if cmd.told() {
			told = append(told, cmd)
		}
	}
	for i, cmd := range told {
		late := cmd.delivered() || time.Since(cmd.doneAnswered) > doneRetry
		if late && !sh.cfg.Traits.Console || len(told)-i > maxDone {
			sh.forget(cmd)
		}
	}
}

// maxForgotten is how many commands are remembered only by name.
const maxForgotten = 256

// forget removes a command that its client may still signal: what is over can
// be released without complaint.
func (sh *Shell) forget(cmd *Command) {
	sh.removeCommand(cmd)
	if len(sh.forgotten) == maxForgotten {
		sh.forgotten = append(sh.forgotten[:0], sh.forgotten[1:]...)
	}
	sh.forgotten = append(sh.forgotten, cmd.id)
}

// removeCommand forgets a command and everything of it.
func (sh *Shell) removeCommand(cmd *Command) {
	for i, other := range sh.commands {
		if other == cmd {
			sh.commands = append(sh.commands[:i:i], sh.commands[i+1:]...)
			cmd.target.end()
			sh.sayLast()
			return
		}
	}
}

// Send gives input to a command, or to the shell itself if id is empty.
func (sh *Shell) Send(ctx context.Context, c Client, id string, in Input) error {
	return sh.use(c, func() error {
		cmd, err := sh.lookUp(id)
		if err != nil {
			return err
		}
		return sh.instance.Send(ctx, cmd, in)
	})
}

// lookUp finds a command; nil for the empty identifier.
func (sh *Shell) lookUp(id string) (*Command, error) {
	if id == "" {
		return nil, nil
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.command(id)
}

// Signal acts on a command. After SignalTerminate the command is forgotten, and
// after any other signal one whose client was told of its end: clients of
// command shells release a command with ctrl_c too.
func (sh *Shell) Signal(ctx context.Context, c Client, id string, s Signal) error {
	if s == SignalTerminate && sh.letGo(c, id) {
		return nil
	}
	return sh.use(c, func() error {
		cmd, err := sh.lookUp(id)
		if err != nil && sh.isForgotten(id) {
			return nil
		}
		if err != nil {
			return err
		}
		err = sh.instance.Signal(ctx, cmd, s)
		sh.mu.Lock()
		defer sh.mu.Unlock()
		switch {
		case cmd == nil:
		case s == SignalTerminate:
			sh.removeCommand(cmd)
		case cmd.told():
			sh.forget(cmd)
		}
		return err
	})
}

// letGo releases a finished command of a shell that has ended: there is nobody
// left to ask, and nothing left to end. It reports whether that was so.
func (sh *Shell) letGo(c Client, id string) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	cmd, err := sh.command(id)
	if sh.ended == nil || err != nil || !cmd.finished || sh.admit(c, eventUse) != nil {
		return false
	}
	sh.removeCommand(cmd)
	sh.clock.end(sh)
	return true
}

func (sh *Shell) isForgotten(id string) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return slices.ContainsFunc(sh.forgotten, func(other string) bool { return strings.EqualFold(other, id) })
}
