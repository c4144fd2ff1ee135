package outofproc

import "fmt"

// SessionID stands for the session itself, the runspace pool, where a pipeline
// could be meant.
const SessionID = "00000000-0000-0000-0000-000000000000"

// The streams of Data. Answers to host calls go to PromptResponse, which
// WS-Management calls pr; all else is Default.
const (
	StreamDefault        = "Default"
	StreamPromptResponse = "PromptResponse"
)

// Kind is what a packet is.
type Kind int

// The kinds of packets. Each has its acknowledgement behind it.
const (
	Data Kind = iota + 1
	DataAck
	Command
	CommandAck
	Signal
	SignalAck
	Close
	CloseAck
)

var kindNames = [...]string{Data: "Data", DataAck: "DataAck", Command: "Command", CommandAck: "CommandAck",
	Signal: "Signal", SignalAck: "SignalAck", Close: "Close", CloseAck: "CloseAck"}

// String returns the name of the packet's element.
func (k Kind) String() string {
	if k < Data || k > CloseAck {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// parseKind returns 0 for an unknown name.
func parseKind(name []byte) Kind {
	for k := Data; k <= CloseAck; k++ {
		if string(name) == kindNames[k] {
			return k
		}
	}
	return 0
}

// Packet is one element.
type Packet struct {
	Kind   Kind
	ID     string // PSGuid: lower case with hyphens
	Stream string // of Data only
	Text   []byte // of Data only: one or more whole fragments as base64
}

// SyntaxError is a line that is no packet.
type SyntaxError struct {
	// Line is the beginning of the line, at most 200 bytes.
	Line   []byte
	Reason string
	Err    error // may be nil
}

// maxQuoted is how much of a bad line an error keeps.
const maxQuoted = 200

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("out-of-process packet: %s: %q", e.Reason, e.Line)
}

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// newSyntaxError copies what it keeps of line.
func newSyntaxError(line []byte, reason string, err error) *SyntaxError {
	quoted := append([]byte(nil), line[:min(len(line), maxQuoted)]...)
	return &SyntaxError{Line: quoted, Reason: reason, Err: err}
}

// validID reports whether id is a GUID as .NET prints it, in either case.
func validID[T string | []byte](id T) bool {
	if len(id) != len(SessionID) {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}
