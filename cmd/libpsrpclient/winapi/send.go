package winapi

import (
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Send sends data to a stream of a command, or of the shell itself where c is
// nil. end says that it is the last.
func (sh *Shell) Send(c *Command, stream string, data []byte, end bool, done Completion, announce func(Handle)) {
	sh.begin(c, done, announce, func(o *Operation) error {
		return o.persist(func() error {
			shell, err := sh.known()
			switch {
			case err != nil:
				return err
			case c != nil:
				return shell.CommandByID(c.id).Send(o.ctx, stream, data, end)
			}
			return shell.Send(o.ctx, stream, data, end)
		})
	})
}

// Signal sends a code to a command, or to the shell itself where c is nil.
func (sh *Shell) Signal(c *Command, code string, done Completion, announce func(Handle)) {
	sh.begin(c, done, announce, func(o *Operation) error {
		ctx, cancel := within(o.ctx, sh.session.timeout(OptionTimeoutSignalShell))
		defer cancel()
		shell, err := sh.known()
		if err != nil {
			return err
		}
		if c == nil {
			return shell.Signal(ctx, code)
		}
		err = shell.CommandByID(c.id).Signal(ctx, code)
		if err == nil && strings.EqualFold(code, wsman.SignalPowerShellStop) {
			o.letOutputPass()
		}
		return err
	})
}

// lastOutputTime is for how long the answer to a stop is held back.
const lastOutputTime = 2 * time.Second

// letOutputPass waits for what the command still puts out, which comes over
// another connection. A server answers a stop when the command has said that it
// is stopped; PowerShell takes one whose answer overtakes that word for failed.
func (o *Operation) letOutputPass() {
	timer := time.NewTimer(lastOutputTime)
	defer timer.Stop()
	for _, other := range o.shell.operationsOf(o.command) {
		if !other.receiving {
			continue
		}
		select {
		case <-other.finished:
		case <-o.ctx.Done():
		case <-timer.C:
			return
		}
	}
}

// operationsOf are those of a command.
func (sh *Shell) operationsOf(c *Command) []*Operation {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	var all []*Operation
	for o := range sh.operations {
		if o.command == c {
			all = append(all, o)
		}
	}
	return all
}
