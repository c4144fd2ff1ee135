package shelltest

import (
	"context"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// Instance is one shell of a Plugin.
type Instance struct {
	plugin  *Plugin
	host    shell.Host
	request shell.OpenRequest
	closed  chan struct{}

	mu    sync.Mutex
	calls []Call
	ended bool
}

// Call is a call of one of an instance's methods.
type Call struct {
	Method  string         // Command, Send, Signal, Close, Connect, ConnectCommand
	Command *shell.Command // nil: the shell itself
	Request *shell.CommandRequest
	Input   shell.Input
	Signal  shell.Signal
	Data    shell.Data // of Connect
}

// Host is the shell as the plug-in sees it.
func (i *Instance) Host() shell.Host { return i.host }

// Request is what the shell was opened with.
func (i *Instance) Request() shell.OpenRequest { return i.request }

// Closed is closed by the first Close.
func (i *Instance) Closed() <-chan struct{} { return i.closed }

// Calls are the calls so far, in order.
func (i *Instance) Calls() []Call {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]Call(nil), i.calls...)
}

func (i *Instance) record(c Call) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, c)
}

// Command implements shell.Instance.
func (i *Instance) Command(ctx context.Context, cmd *shell.Command, r *shell.CommandRequest) error {
	i.record(Call{Method: "Command", Command: cmd, Request: r})
	if f := i.plugin.CommandFunc; f != nil {
		return f(ctx, i, cmd, r)
	}
	return nil
}

// Send implements shell.Instance.
func (i *Instance) Send(ctx context.Context, cmd *shell.Command, in shell.Input) error {
	i.record(Call{Method: "Send", Command: cmd, Input: in})
	if f := i.plugin.SendFunc; f != nil {
		return f(ctx, i, cmd, in)
	}
	return nil
}

// Signal implements shell.Instance.
func (i *Instance) Signal(ctx context.Context, cmd *shell.Command, s shell.Signal) error {
	i.record(Call{Method: "Signal", Command: cmd, Signal: s})
	if f := i.plugin.SignalFunc; f != nil {
		return f(ctx, i, cmd, s)
	}
	return nil
}

// ProcessID implements shell.Instance. It is not recorded.
func (i *Instance) ProcessID() int {
	if f := i.plugin.ProcessIDFunc; f != nil {
		return f(i)
	}
	return i.plugin.PID
}

// Close implements shell.Instance.
func (i *Instance) Close(ctx context.Context) error {
	i.record(Call{Method: "Close"})
	i.mu.Lock()
	first := !i.ended
	i.ended = true
	i.mu.Unlock()
	if first {
		defer close(i.closed)
	}
	if f := i.plugin.CloseFunc; f != nil {
		return f(ctx, i)
	}
	return nil
}
