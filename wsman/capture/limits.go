package capture

import "fmt"

// Limits of a file, which anybody may have written. A conversation is read
// whole.
const (
	// MaxFile is how many bytes a file may have.
	MaxFile = 256 << 20
	// MaxExchanges is how many exchanges a conversation may have.
	MaxExchanges = 100_000
	// MaxBody is how many bytes a body may have: more than any server's
	// MaxEnvelopeSizekb.
	MaxBody = 32 << 20
	// maxHeaders is how many HTTP headers a message may have.
	maxHeaders = 256
)

// FormatError is a file that is no capture, or one that is not right.
type FormatError struct {
	// Exchange counts from 1; 0 where the file as a whole is meant.
	Exchange int
	Reason   string
	Err      error // may be nil
}

// Error implements error.
func (e *FormatError) Error() string {
	text := "capture: "
	if e.Exchange > 0 {
		text += fmt.Sprintf("exchange %d: ", e.Exchange)
	}
	text += e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

func wrong(exchange int, format string, a ...any) error {
	return &FormatError{Exchange: exchange, Reason: fmt.Sprintf(format, a...)}
}

// check holds a conversation to the limits.
func (c *Conversation) check() error {
	if len(c.Exchanges) > MaxExchanges {
		return wrong(0, "it has %d exchanges, at most %d are read", len(c.Exchanges), MaxExchanges)
	}
	for i := range c.Exchanges {
		x := &c.Exchanges[i]
		for _, m := range []*Message{&x.Request, &x.Response} {
			if len(m.Body) > MaxBody {
				return wrong(i+1, "a body has %d bytes, at most %d are read", len(m.Body), MaxBody)
			}
			if len(m.Header) > maxHeaders {
				return wrong(i+1, "a message has %d headers, at most %d are read", len(m.Header), maxHeaders)
			}
		}
		if s := x.Response.Status; s != 0 && (s < 100 || s > 599) {
			return wrong(i+1, "status %d is not one of HTTP", s)
		}
		if x.Took < 0 {
			return wrong(i+1, "it took a negative time")
		}
	}
	return nil
}
