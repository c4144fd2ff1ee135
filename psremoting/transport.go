package psremoting

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// transport is a shell of WS-Management as a runspace pool needs it.
type transport struct {
	client     *Client
	id, uri    string
	options    Options
	compressed bool

	shell *wsmanclient.Shell // there from Create or Connect on
}

// attach makes a pool over the transport, and lets its user hear of the network.
func (t *transport) attach(pool func() (*runspacepool.RunspacePool, error)) (*runspacepool.RunspacePool, error) {
	if t.options.Notify != nil {
		t.client.hear(t.id, t.options.Notify)
	}
	p, err := pool()
	if err != nil {
		t.client.hear(t.id, nil)
	}
	return p, err
}

// protocolVersion is the option without which a server opens no pool (MS-PSRP
// 3.1.5.3.1).
func protocolVersion() []wsman.Option {
	return []wsman.Option{{Name: "protocolversion", Value: psrp.ServerVersion, MustComply: true}}
}

// Create implements runspacepool.Transport.
func (t *transport) Create(ctx context.Context, content []byte) (err error) {
	o := t.options
	t.shell, err = t.client.client.CreateShell(ctx, wsmanclient.ShellConfig{
		ResourceURI: t.uri, ShellID: t.id, Name: o.Name, IdleTimeout: o.IdleTimeout, BufferMode: o.BufferMode,
		Compression: o.Compression, NoProfile: o.NoProfile, Timeout: o.Timeout,
		Options: protocolVersion(), Content: wsmanclient.CreationXML(content),
	})
	return failure(err)
}

// Connect implements runspacepool.Transport.
func (t *transport) Connect(ctx context.Context, content []byte) ([]byte, error) {
	o := t.options
	shell, err := t.client.client.ConnectShell(ctx, wsmanclient.ConnectConfig{
		ResourceURI: t.uri, ShellID: t.id, Name: o.Name, BufferMode: o.BufferMode, Timeout: o.Timeout,
		Options: protocolVersion(), Content: wsmanclient.ConnectXML(content), Compressed: t.compressed,
	})
	if err != nil {
		return nil, failure(err)
	}
	t.shell = shell
	return wsmanclient.PowerShellContent(shell.Content())
}

// Disconnect implements runspacepool.Transport.
func (t *transport) Disconnect(ctx context.Context, o runspacepool.DisconnectOptions) error {
	return failure(t.shell.Disconnect(ctx, wsmanclient.DisconnectOptions{IdleTimeout: o.IdleTimeout, BufferMode: o.BufferMode}))
}

// Reconnect implements runspacepool.Transport.
func (t *transport) Reconnect(ctx context.Context) error {
	return failure(t.shell.Reconnect(ctx, wsmanclient.ReconnectOptions{}))
}

// Delete implements runspacepool.Transport. A shell that is gone already is
// deleted.
func (t *transport) Delete(ctx context.Context) error {
	defer t.client.hear(t.id, nil)
	err := t.shell.Delete(ctx)
	if errors.Is(err, wsman.CodeUnexpectedSelectors) {
		return nil
	}
	return failure(err)
}

// Send implements runspacepool.Transport.
func (t *transport) Send(ctx context.Context, stream string, fragments []byte) error {
	return failure(t.shell.Send(ctx, stream, fragments, false))
}

// Receiver implements runspacepool.Transport.
func (t *transport) Receiver() runspacepool.Receiver { return receiver{t.shell.Receiver()} }

// Commands implements runspacepool.Transport.
func (t *transport) Commands(ctx context.Context) ([]runspacepool.CommandInfo, error) {
	commands, err := t.client.commands(ctx, t.id)
	return commands, failure(err)
}

// Command implements runspacepool.Transport.
func (t *transport) Command(ctx context.Context, id, line string, fragments []byte) (runspacepool.CommandTransport, error) {
	c, err := t.shell.Command(ctx, wsmanclient.CommandConfig{
		ID: id, Line: line, Arguments: []string{base64.StdEncoding.EncodeToString(fragments)},
	})
	if err != nil {
		return nil, failure(err)
	}
	return command{c}, nil
}

// ConnectCommand implements runspacepool.Transport.
func (t *transport) ConnectCommand(ctx context.Context, id string) (runspacepool.CommandTransport, error) {
	c, err := t.shell.ConnectCommand(ctx, id, nil)
	if err != nil {
		return nil, failure(err)
	}
	return command{c}, nil
}

// command is a command of WS-Management as a pipeline needs it.
type command struct{ command *wsmanclient.Command }

// Send implements runspacepool.CommandTransport.
func (c command) Send(ctx context.Context, stream string, fragments []byte) error {
	return failure(c.command.Send(ctx, stream, fragments, false))
}

// Receiver implements runspacepool.CommandTransport.
func (c command) Receiver() runspacepool.Receiver { return receiver{c.command.Receiver()} }

// Stop implements runspacepool.CommandTransport.
func (c command) Stop(ctx context.Context) error {
	return failure(c.command.Signal(ctx, wsman.SignalPowerShellStop))
}

// Close implements runspacepool.CommandTransport. A command that is gone already
// is released.
func (c command) Close(ctx context.Context) error {
	err := c.command.Close(ctx)
	if errors.Is(err, wsman.CodeUnexpectedSelectors) {
		return nil
	}
	return failure(err)
}

// Reconnect implements runspacepool.CommandTransport.
func (c command) Reconnect(ctx context.Context) error { return failure(c.command.Reconnect(ctx)) }

// receiver is a Receive operation.
type receiver struct{ receiver *wsmanclient.Receiver }

// Receive implements runspacepool.Receiver.
func (r receiver) Receive(ctx context.Context) (runspacepool.Received, error) {
	output, err := r.receiver.Next(ctx)
	return received(output, err)
}

// shortestWait is the least OperationTimeout that Windows takes (MaxTimeoutms).
const shortestWait = 500 * time.Millisecond

// Poll implements runspacepool.Receiver.
func (r receiver) Poll(ctx context.Context) (runspacepool.Received, error) {
	r.receiver.SetTimeout(shortestWait)
	defer r.receiver.SetTimeout(0)
	output, err := r.receiver.Ask(ctx)
	if errors.Is(err, wsman.CodeOperationTimedOut) {
		return runspacepool.Received{}, nil
	}
	return received(output, err)
}

func received(output *wsmanclient.Output, err error) (r runspacepool.Received, _ error) {
	if err != nil {
		return r, failure(err)
	}
	r.Done = output.Done()
	for i := range output.Streams {
		if r.Fragments, err = output.Streams[i].AppendBytes(r.Fragments); err != nil {
			return runspacepool.Received{}, err
		}
	}
	return r, nil
}
