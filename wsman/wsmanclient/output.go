package wsmanclient

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
	"github.com/winrmd/winrmd/wsman/xpress"
)

// Output is what an answer to a Receive has in it (MS-WSMV 2.2.4.33).
type Output struct {
	// Streams are pieces of streams, in their order.
	Streams []Stream
	// CommandState is wsman.CommandStateDone and so on; "" where the answer says
	// nothing of it.
	CommandState string
	// ExitCode is the command's, if HasExitCode.
	ExitCode    uint32
	HasExitCode bool

	compressed bool
	states     int
}

// Stream is a piece of a stream.
type Stream struct {
	// Name is the stream's, CommandID the command's; "" for the shell's own.
	Name, CommandID string
	// Text is base64 without white space. It belongs to the answer.
	Text []byte
	// End says that the stream ends with this piece.
	End bool

	compressed bool
}

// Done reports whether the command is at its end and nothing more will come.
func (o *Output) Done() bool { return strings.EqualFold(o.CommandState, wsman.CommandStateDone) }

func (o *Output) empty() bool { return len(o.Streams) == 0 && o.states == 0 }

// maxPlain is how many bytes one compressed piece may become.
const maxPlain = 64 << 20

// AppendBytes appends the piece's bytes to dst. The error is an *AnswerError:
// what the server sent is not base64, or not compressed as it should be.
func (s *Stream) AppendBytes(dst []byte) ([]byte, error) {
	var raw []byte
	if !s.compressed {
		raw = dst
	}
	raw, err := base64.StdEncoding.AppendDecode(raw, s.Text)
	if err != nil {
		return dst, &AnswerError{err}
	}
	if !s.compressed {
		return raw, nil
	}
	plain, err := xpress.Decompress(dst, raw, maxPlain)
	if err != nil {
		return dst, &AnswerError{err}
	}
	return plain, nil
}

// read is the bodyReader of a ReceiveResponse.
func (o *Output) read(s *xmlscan.Scanner) error {
	if !s.Is(wsman.NamespaceShell, "ReceiveResponse") {
		return nil
	}
	return children(s, func() error {
		switch {
		case s.Is(wsman.NamespaceShell, "Stream"):
			return o.stream(s)
		case s.Is(wsman.NamespaceShell, "CommandState"):
			return o.state(s)
		}
		return nil
	})
}

// maxStreams is how many pieces an answer may have. Windows has at most a few.
const maxStreams = 1 << 16

func (o *Output) stream(s *xmlscan.Scanner) (err error) {
	if len(o.Streams) == maxStreams {
		return badAnswer("there are more than %d streams", maxStreams)
	}
	one := Stream{compressed: o.compressed}
	one.Name, _ = s.Attr("", "Name")
	one.CommandID, _ = s.Attr("", "CommandId")
	end, _ := s.AttrBytes("", "End")
	one.End = string(end) == "1" || strings.EqualFold(string(end), "true")
	if one.Text, err = s.RawText(); err != nil {
		return err
	}
	o.Streams = append(o.Streams, one)
	return nil
}

func (o *Output) state(s *xmlscan.Scanner) error {
	o.states++
	o.CommandState, _ = s.Attr("", "State")
	return children(s, func() error {
		if !s.Is(wsman.NamespaceShell, "ExitCode") {
			return nil
		}
		var code string
		if err := text(s, &code); err != nil {
			return err
		}
		// Windows' are of 32 bits, and some servers write them signed.
		n, err := strconv.ParseInt(code, 10, 64)
		if err != nil || n < -1<<31 || n >= 1<<32 {
			return badAnswer("the exit code %.32q is no 32-bit number", code)
		}
		o.ExitCode, o.HasExitCode = uint32(n), true
		return nil
	})
}
