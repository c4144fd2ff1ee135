package wsmanclient

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// DisconnectOptions are what a shell is to be while no client is attached.
type DisconnectOptions struct {
	// IdleTimeout is for how long the server keeps it; 0 means what was said
	// before.
	IdleTimeout time.Duration
	// BufferMode is "Block" or "Drop"; "" means what was said before.
	BufferMode string
}

// Disconnect leaves the shell, with its commands, at the server (MS-WSMV
// 3.1.4.15). A Receive that waits ends with wsman.CodeStreamDisconnected.
func (s *Shell) Disconnect(ctx context.Context, o DisconnectOptions) error {
	return s.ask(ctx, s.request(wsman.ActionDisconnect, func(b []byte) []byte {
		b = beginBody(b, "Disconnect", "")
		b = appendDuration(b, "rsp:IdleTimeOut", o.IdleTimeout)
		b = appendBufferMode(b, o.BufferMode)
		return append(b, "</rsp:Disconnect>"...)
	}), nothing)
}

// ReconnectOptions change what was said at Disconnect.
type ReconnectOptions struct {
	// BufferMode is "Block" or "Drop"; "" means what was said before.
	BufferMode string
}

// Reconnect comes back to a shell that this client session has left, by
// Disconnect or because its network failed (MS-WSMV 3.1.4.16). Commands are
// reconnected one by one. It is asked once.
func (s *Shell) Reconnect(ctx context.Context, o ReconnectOptions) error {
	r := s.request(wsman.ActionReconnect, func(b []byte) []byte {
		if o.BufferMode == "" {
			return b // as Windows' client has it
		}
		b = beginBody(b, "Reconnect", "")
		b = appendBufferMode(b, o.BufferMode)
		return append(b, "</rsp:Reconnect>"...)
	})
	err := s.once(ctx, r, nothing)
	if err == nil {
		s.network.restored()
	}
	return err
}

// Reconnect comes back to a command, after Shell.Reconnect.
func (c *Command) Reconnect(ctx context.Context) error {
	return c.shell.ask(ctx, c.shell.request(wsman.ActionReconnect, func(b []byte) []byte {
		return append(beginBody(b, "Reconnect", c.id), "</rsp:Reconnect>"...)
	}), nothing)
}

// ConnectConfig is how a client comes to a shell of another client session
// (MS-WSMV 3.1.4.17).
type ConnectConfig struct {
	// ResourceURI and ShellID name the shell, as Enumerate lists it.
	ResourceURI, ShellID string
	// Name is for people.
	Name string
	// BufferMode is "Block" or "Drop"; "" leaves it as it is.
	BufferMode string
	// Content is an element that the kind of shell wants to have, with its
	// namespace, for example a connectXml: see ConnectXML.
	Content []byte
	// Options are PowerShell's, for example.
	Options []wsman.Option
	// Compressed says that the shell is compressed, which only its ShellInfo
	// tells.
	Compressed bool
	// Timeout is the OperationTimeout; 0 means the Client's.
	Timeout time.Duration
}

// ConnectXML makes a connectXml of PowerShell's fragments, which are bytes.
func ConnectXML(fragments []byte) []byte { return powerShellXML("connectXml", fragments) }

// ConnectShell comes to a disconnected shell as a new client. It is asked once.
// What the kind of shell answers is in Shell.Content.
func (c *Client) ConnectShell(ctx context.Context, config ConnectConfig) (*Shell, error) {
	s := c.Shell(config.ResourceURI, config.ShellID, ShellOptions{Compressed: config.Compressed, Disconnectable: true})
	r := s.request(wsman.ActionConnect, func(b []byte) []byte {
		b = append(b, `<rsp:Connect xmlns:rsp="`+wsman.NamespaceShell+`"`...)
		if config.Name != "" {
			b = appendAttribute(b, "Name", config.Name)
		}
		b = appendBufferMode(append(b, '>'), config.BufferMode)
		return append(append(b, config.Content...), "</rsp:Connect>"...)
	})
	r.Options, r.Timeout = config.Options, config.Timeout
	var response connectResponse
	answer, err := c.do(ctx, r, response.read)
	if err != nil {
		return nil, err
	}
	s.content, err = response.content.xml(answer.raw)
	return s, err
}

// Content is the element that a ConnectResponse had for the kind of shell, for
// example a connectResponseXml, as a document of its own; nil if there was none,
// or the Shell comes of something else than ConnectShell.
func (s *Shell) Content() []byte { return s.content }

// ConnectCommand comes to a command of a shell, after ConnectShell. Content is
// what the kind of shell wants to have; nil for PowerShell's.
func (s *Shell) ConnectCommand(ctx context.Context, id string, content []byte) (*Command, error) {
	r := s.request(wsman.ActionConnect, func(b []byte) []byte {
		b = append(beginBody(b, "Connect", id), content...)
		return append(b, "</rsp:Connect>"...)
	})
	c := s.CommandByID(id)
	if err := s.network.check(ctx); err != nil {
		return nil, err
	}
	var response connectResponse
	answer, err := s.client.do(ctx, r, response.read)
	if err != nil {
		return nil, err
	}
	c.content, err = response.content.xml(answer.raw)
	return c, err
}

// Content is what a ConnectResponse had for the kind of shell; nil if there was
// nothing, or the Command comes of something else than ConnectCommand.
func (c *Command) Content() []byte { return c.content }

// connectResponse is what a ConnectResponse says beside the streams, which the
// client knows.
type connectResponse struct{ content element }

func (c *connectResponse) read(s *xmlscan.Scanner) error {
	if !s.Is(wsman.NamespaceShell, "ConnectResponse") {
		return nil
	}
	return children(s, func() error {
		if string(s.Space()) == wsman.NamespaceShell {
			return nil
		}
		return c.content.first(s)
	})
}
