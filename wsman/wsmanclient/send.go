package wsmanclient

import (
	"context"
	"encoding/base64"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// Send sends bytes to a stream of the shell itself; end says that they are the
// last. The caller sees to it that requests are no longer than the server takes
// (MaxEnvelopeSizekb): base64 has four bytes for three.
func (s *Shell) Send(ctx context.Context, stream string, data []byte, end bool) error {
	return s.send(ctx, "", stream, data, end)
}

// SendText is Send for what is base64 already, and compressed where the shell is.
func (s *Shell) SendText(ctx context.Context, stream string, base64 []byte, end bool) error {
	return s.sendText(ctx, "", stream, base64, end)
}

// Send sends bytes to a stream of the command; end says that they are the last.
func (c *Command) Send(ctx context.Context, stream string, data []byte, end bool) error {
	return c.shell.send(ctx, c.id, stream, data, end)
}

// SendText is Send for what is base64 already, and compressed where the shell is.
func (c *Command) SendText(ctx context.Context, stream string, base64 []byte, end bool) error {
	return c.shell.sendText(ctx, c.id, stream, base64, end)
}

func (s *Shell) send(ctx context.Context, command, stream string, data []byte, end bool) error {
	if s.compressed {
		data = xpress.Compress(nil, data)
	}
	return s.sendBody(ctx, command, stream, end, func(b []byte) []byte {
		return base64.StdEncoding.AppendEncode(b, data)
	})
}

func (s *Shell) sendText(ctx context.Context, command, stream string, text []byte, end bool) error {
	return s.sendBody(ctx, command, stream, end, func(b []byte) []byte {
		return wsman.AppendEscaped(b, text) // which is the same, if it is base64
	})
}

func (s *Shell) sendBody(ctx context.Context, command, stream string, end bool, data func([]byte) []byte) error {
	r := s.request(wsman.ActionSend, func(b []byte) []byte {
		b = beginBody(b, "Send", "")
		b = append(b, "<rsp:Stream"...)
		b = appendAttribute(b, "Name", stream)
		if command != "" {
			b = appendAttribute(b, "CommandId", command)
		}
		if end {
			b = appendAttribute(b, "End", "TRUE")
		}
		b = data(append(b, '>'))
		return append(b, "</rsp:Stream></rsp:Send>"...)
	})
	return s.ask(ctx, r, nothing)
}
