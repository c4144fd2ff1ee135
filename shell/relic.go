package shell

import "context"

// relic is the instance of a restored shell whose plug-in has nothing to say
// about it. Whoever wants something of it is told why there is nothing.
type relic struct {
	shellID string
	cause   error
}

func (r relic) gone() error { return &EndedError{ShellID: r.shellID, Cause: r.cause} }

// Command implements Instance.
func (r relic) Command(context.Context, *Command, *CommandRequest) error { return r.gone() }

// Send implements Instance.
func (r relic) Send(context.Context, *Command, Input) error { return r.gone() }

// Signal implements Instance: what is over can be released.
func (r relic) Signal(context.Context, *Command, Signal) error { return nil }

// ProcessID implements Instance.
func (relic) ProcessID() int { return 0 }

// Close implements Instance.
func (relic) Close(context.Context) error { return nil }
