package winrs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"sync"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
)

// instance is one command shell. It implements shell.Instance and
// shell.Connector.
type instance struct {
	host        shell.Host
	engine      string
	attach      func(*exec.Cmd)
	bounds      shell.Bounds
	environment []string
	directory   string
	wanted      []string // output streams that the client asked for; empty: all
	log         *slog.Logger
	starter     process.Starter

	mu        sync.Mutex
	processes map[*shell.Command]*execution // those of which anything is left
	closed    bool
}

var (
	_ shell.Plugin    = (*Plugin)(nil)
	_ shell.Instance  = (*instance)(nil)
	_ shell.Connector = (*instance)(nil)
)

// Command implements shell.Instance. ctx is not used: to start a process takes
// no time worth waiting for.
func (i *instance) Command(_ context.Context, cmd *shell.Command, r *shell.CommandRequest) error {
	prog, err := i.resolve(r)
	if said := (*saying)(nil); errors.As(err, &said) {
		i.say(cmd, said)
		return nil
	} else if err != nil {
		return err
	}
	if err := checkDirectory(i.directory); err != nil {
		return directoryError(i.directory, err) // it may have gone since Create
	}
	return i.start(cmd, prog)
}

// start runs a program as a command.
func (i *instance) start(cmd *shell.Command, prog program) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return shell.ErrClosed
	}
	p, err := i.newProcess(cmd, prog)
	if err != nil {
		i.log.Debug("command not started", "command", cmd.ID(), "error", err)
		if refusal := i.limitRefusal(err); refusal != nil {
			return refusal
		}
		return startError(err)
	}
	i.processes[cmd] = p
	i.log.Debug("command started", "command", cmd.ID(), "pid", p.exec.Process.Pid)
	go i.serve(p) // ends with the process; Close waits for it
	return nil
}

// serve runs a process to its end and lets go of it.
func (i *instance) serve(p *execution) {
	code := p.run()
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.processes, p.cmd)
	i.log.Debug("command ended", "command", p.cmd.ID(), "exitcode", code)
}

// say finishes a command that only has something to say.
func (i *instance) say(cmd *shell.Command, said *saying) {
	if st := i.outputStream(cmd, streamStderr); st != nil {
		st.Put(shell.Piece{Data: shell.BytesData([]byte(said.text)), Class: shell.ClassDrop})
	}
	cmd.Finish(1)
}

// outputStream is where output goes; nil for a stream that the client left out
// at Create, of which nobody would ever make room.
func (i *instance) outputStream(cmd *shell.Command, name string) *shell.Stream {
	if len(i.wanted) > 0 && !slices.Contains(i.wanted, name) {
		return nil
	}
	return cmd.Stream(name)
}

// process finds what is left of a command; nil if nothing is.
func (i *instance) process(cmd *shell.Command) *execution {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.processes[cmd]
}

// Send implements shell.Instance. Input after the end of stdin or of the
// command is taken and thrown away, as on Windows.
func (i *instance) Send(ctx context.Context, cmd *shell.Command, in shell.Input) error {
	if cmd == nil || in.Stream != streamStdin {
		return errParameter
	}
	b, err := in.Data.Bytes()
	if err != nil {
		return &shell.PluginError{Code: errParameter.Code, Message: errParameter.Message, Cause: err}
	}
	if p := i.process(cmd); p != nil {
		return p.input.send(ctx, b, in.End)
	}
	return nil
}

// Signal implements shell.Instance. It does not wait for the effect. A command
// that has ended is past all signals; clients send one to let go of it.
func (i *instance) Signal(_ context.Context, cmd *shell.Command, s shell.Signal) error {
	p := i.process(cmd)
	switch {
	case p == nil:
	case s == shell.SignalTerminate:
		p.terminate()
	case s == shell.SignalCtrlC:
		p.signal((*process.Group).Interrupt, graceInterrupt)
	case s == shell.SignalCtrlBreak:
		p.signal((*process.Group).Break, 0)
	case !p.isGone():
		return errParameter
	}
	return nil
}

// ProcessID implements shell.Instance. There is no process but the commands'.
func (i *instance) ProcessID() int { return 0 }

// Connect implements shell.Connector. A command shell says nothing to a client
// that connects.
func (i *instance) Connect(context.Context, shell.Data) (shell.Data, error) {
	return shell.Data{}, nil
}

// ConnectCommand implements shell.Connector. A command goes on with what was
// not delivered, which the shell knows.
func (i *instance) ConnectCommand(context.Context, *shell.Command) error { return nil }

// Close implements shell.Instance.
func (i *instance) Close(ctx context.Context) error {
	left := i.shut()
	for _, p := range left {
		p.terminate()
	}
	var err error
	for _, p := range left {
		select {
		case <-p.done:
			continue
		case <-ctx.Done():
		}
		p.kill()
		err = fmt.Errorf("winrs: killed what had not ended: %w", ctx.Err())
	}
	i.starter.Stop()
	return err
}

// shut lets no command start any more and returns those that run.
func (i *instance) shut() []*execution {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	left := make([]*execution, 0, len(i.processes))
	for _, p := range i.processes {
		left = append(left, p)
	}
	return left
}
