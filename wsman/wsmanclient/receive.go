package wsmanclient

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Receiver is one Receive operation for streams of a shell or of a command. Its
// requests are numbered. Next is called by one goroutine at a time.
type Receiver struct {
	shell     *Shell
	command   string
	streams   string
	timeout   time.Duration
	operation string

	mu       sync.Mutex
	sequence uint64
}

// Receiver begins to receive what does not belong to a command. Without names of
// streams it is "stdout".
func (s *Shell) Receiver(streams ...string) *Receiver { return s.receiver("", streams) }

// Receiver begins to receive what the command puts out. Without names of streams
// it is "stdout", and of a command shell "stderr" too.
func (c *Command) Receiver(streams ...string) *Receiver { return c.shell.receiver(c.id, streams) }

func (s *Shell) receiver(command string, streams []string) *Receiver {
	if len(streams) == 0 {
		streams = []string{"stdout"}
		if _, ok := wsman.PowerShellConfiguration(s.uri); !ok {
			streams = append(streams, "stderr")
		}
	}
	return &Receiver{shell: s, command: command, streams: strings.Join(streams, " "), operation: newID()}
}

// SetTimeout sets the OperationTimeout of what follows: how long the server
// waits before it says that there is nothing. 0 means the Client's.
func (r *Receiver) SetTimeout(d time.Duration) { r.timeout = d }

// Next waits for an answer with something in it. The Output is the caller's.
func (r *Receiver) Next(ctx context.Context) (*Output, error) {
	for {
		begun := time.Now()
		output, err := r.Ask(ctx)
		switch {
		case errors.Is(err, wsman.CodeOperationTimedOut):
		case err != nil:
			return nil, err
		case !output.empty():
			return output, nil
		}
		if err := breathe(ctx, begun); err != nil {
			return nil, err
		}
	}
}

// shortest is the least time between two requests that bring nothing: a server
// that does not wait is not asked without end.
const shortest = 50 * time.Millisecond

// breathe waits until that time is over.
func breathe(ctx context.Context, begun time.Time) error {
	timer := time.NewTimer(shortest - time.Since(begun))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return context.Cause(ctx)
}

// Ask asks once. Where the server had nothing in OperationTimeout, the error is
// one for which errors.Is(err, wsman.CodeOperationTimedOut), or the Output is
// empty.
func (r *Receiver) Ask(ctx context.Context) (*Output, error) {
	request := r.request()
	output := &Output{compressed: r.shell.compressed}
	if err := r.shell.ask(ctx, request, output.read); err != nil {
		return nil, err
	}
	return output, nil
}

func (r *Receiver) request() *Request {
	request := r.shell.request(wsman.ActionReceive, func(b []byte) []byte {
		b = beginBody(b, "Receive", "")
		attributes := ""
		if r.command != "" {
			attributes = string(appendAttribute(nil, "CommandId", r.command))
		}
		b = appendElement(b, "rsp:DesiredStream", attributes, r.streams)
		return append(b, "</rsp:Receive>"...)
	})
	request.Options = []wsman.Option{{Name: "WSMAN_CMDSHELL_OPTION_KEEPALIVE", Value: "TRUE"}}
	request.Timeout, request.operation = r.timeout, r.operation
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sequence++
	request.sequence = r.sequence
	return request
}
