package wsmanclient

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Shell is a shell at the server. It holds nothing but what the shell is called
// and how its network is, and may be used by several goroutines: output can be
// waited for while input is sent.
type Shell struct {
	client     *Client
	id         string
	uri        string // that of its operations
	compressed bool
	robust     bool
	info       *ShellInfo
	content    []byte
	network    network
}

// newShell makes a handle.
func (c *Client) newShell(uri, id string) *Shell {
	s := &Shell{client: c, uri: uri, id: id}
	s.network.shell = s
	return s
}

// ShellOptions are what a handle has to know about a shell that it has not made.
type ShellOptions struct {
	// Compressed says that the shell was created with compression: the mode is
	// in ShellInfo.CompressionMode.
	Compressed bool
	// Disconnectable says that the shell can be disconnected, and operations are
	// to be tried again while the network is down.
	Disconnectable bool
}

// Shell is a handle to a shell that is known by its id. Nothing is asked: its
// server may not know it.
func (c *Client) Shell(resourceURI, id string, o ShellOptions) *Shell {
	s := c.newShell(resourceURI, id)
	s.compressed, s.robust = o.Compressed, o.Disconnectable && c.config.RetryTime > 0
	return s
}

// ID is the ShellId.
func (s *Shell) ID() string { return s.id }

// ResourceURI is the kind of shell.
func (s *Shell) ResourceURI() string { return s.uri }

// Info is what the server said of the shell when it was created; nil if it said
// nothing, or the Shell comes of something else than CreateShell.
func (s *Shell) Info() *ShellInfo { return s.info }

// Compressed reports whether streams are compressed.
func (s *Shell) Compressed() bool { return s.compressed }

// Client is whose shell it is.
func (s *Shell) Client() *Client { return s.client }

// request is one of the shell's operations.
func (s *Shell) request(action string, write func([]byte) []byte) *Request {
	return &Request{
		Resource: Resource{URI: s.uri, Selectors: []wsman.Selector{{Name: "ShellId", Value: s.id}}},
		Action:   action,
		write:    write,
	}
}

// ask sends a request, and again when the network fails.
func (s *Shell) ask(ctx context.Context, r *Request, body bodyReader) error {
	if err := s.network.check(ctx); err != nil {
		return err
	}
	m := s.client.newMessage(ctx, r)
	for {
		_, err := s.client.send(ctx, m, body)
		if !s.robust || !temporary(err) {
			return err
		}
		if err := s.network.failed(ctx, err); err != nil {
			return err
		}
	}
}

// once sends a request that is not sent again.
func (s *Shell) once(ctx context.Context, r *Request, body bodyReader) error {
	_, err := s.client.do(ctx, r, body)
	return err
}

// Get asks what the shell is now.
func (s *Shell) Get(ctx context.Context) (*ShellInfo, error) {
	r := s.request(wsman.ActionGet, nil)
	r.URI = wsman.ResourceShell
	var info *ShellInfo
	err := s.ask(ctx, r, func(scan *xmlscan.Scanner) (err error) {
		if scan.Is(wsman.NamespaceShell, "Shell") {
			info, err = readShellInfo(scan)
		}
		return err
	})
	if err == nil && info == nil {
		err = badAnswer("there is no Shell in it")
	}
	return info, err
}

// Delete ends the shell, and everything that runs in it. It is asked once: when
// the network fails, nobody knows whether the shell is gone.
func (s *Shell) Delete(ctx context.Context) error {
	return s.once(ctx, s.request(wsman.ActionDelete, nil), nothing)
}

// Signal sends a code of wsman's (wsman.SignalTerminate and so on) to the shell
// itself.
func (s *Shell) Signal(ctx context.Context, code string) error { return s.signal(ctx, "", code) }

func (s *Shell) signal(ctx context.Context, command, code string) error {
	return s.ask(ctx, s.request(wsman.ActionSignal, func(b []byte) []byte {
		b = beginBody(b, "Signal", command)
		b = appendElement(b, "rsp:Code", "", code)
		return append(b, "</rsp:Signal>"...)
	}), nothing)
}

// beginBody opens the element of a shell's operation.
func beginBody(b []byte, name, command string) []byte {
	b = append(append(b, "<rsp:"...), name...)
	b = append(b, ` xmlns:rsp="`+wsman.NamespaceShell+`"`...)
	if command != "" {
		b = appendAttribute(b, "CommandId", command)
	}
	return append(b, '>')
}

var errNoShellID = errors.New("it does not name the shell")
