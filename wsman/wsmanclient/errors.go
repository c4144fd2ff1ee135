package wsmanclient

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

var (
	// ErrClosed is the error of everything that is asked of a closed Client.
	ErrClosed = errors.New("wsmanclient: the client is closed")
	// ErrUnencrypted means that a password, or a message, would have gone over
	// the wire in clear. Config.AllowUnencrypted permits it.
	ErrUnencrypted = errors.New("wsmanclient: not encrypted: use https, or a scheme that seals messages, or allow it with AllowUnencrypted")

	errNoAnswer = errors.New("no answer within OperationTimeout and NetworkDelay")
)

// NetworkError says that the server was not reached, or that the connection
// broke before the answer was there. Whether the server has done what it was
// asked for is then not known if Connected.
type NetworkError struct {
	// Address is host and port of the server.
	Address string
	// Connected is false where there was no connection at all.
	Connected bool
	Err       error
}

// Error says which server and what happened.
func (e *NetworkError) Error() string {
	if !e.Connected {
		return fmt.Sprintf("wsmanclient: cannot connect to %s: %v", e.Address, e.Err)
	}
	return fmt.Sprintf("wsmanclient: the connection to %s failed: %v", e.Address, e.Err)
}

// Unwrap returns what happened.
func (e *NetworkError) Unwrap() error { return e.Err }

// AuthenticationError says that the client was not let in, or that it does not
// trust the server.
type AuthenticationError struct {
	// Scheme is the scheme that was tried, for example "Negotiate".
	Scheme string
	// Offered are the names of the schemes that the server offers; nil where it
	// was not the server that refused.
	Offered []string
	// Err says more, where more is known; may be nil.
	Err error
}

// Error names the scheme and the schemes that the server would take.
func (e *AuthenticationError) Error() string {
	var b strings.Builder
	b.WriteString("wsmanclient: ")
	if e.Scheme != "" {
		b.WriteString(e.Scheme + " ")
	}
	b.WriteString("authentication failed")
	if e.Offered != nil {
		fmt.Fprintf(&b, " (the server offers %s)", strings.Join(e.Offered, ", "))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns what more is known.
func (e *AuthenticationError) Unwrap() error { return e.Err }

// HTTPError is an answer that is no message of WS-Management, from a proxy for
// example.
type HTTPError struct {
	// StatusCode is the status, for example 404.
	StatusCode int
	// ContentType is what the body is said to be.
	ContentType string
	// Body is the beginning of it, at most 1024 bytes.
	Body []byte
}

// Error names the status and what the status stands for.
func (e *HTTPError) Error() string {
	return fmt.Sprintf("wsmanclient: the server answered with HTTP status %d %s", e.StatusCode, http.StatusText(e.StatusCode))
}

// RedirectError says that another endpoint is to be asked. Whether it can be
// trusted with the same credentials is for the caller to say.
type RedirectError struct {
	// Location is the URL of that endpoint.
	Location string
	// StatusCode is 301, 302, 307 or 308, or 500 where a fault said so
	// (0x80338199).
	StatusCode int
}

// Error names the other endpoint.
func (e *RedirectError) Error() string {
	return "wsmanclient: the server redirects to " + e.Location
}

// AnswerError says that an answer could not be understood.
type AnswerError struct{ Err error }

// Error says why.
func (e *AnswerError) Error() string { return "wsmanclient: answer: " + e.Err.Error() }

// Unwrap returns why.
func (e *AnswerError) Unwrap() error { return e.Err }

func badAnswer(format string, args ...any) error { return &AnswerError{fmt.Errorf(format, args...)} }

// DisconnectedError says that nothing was asked of the server, since the shell
// was left disconnected when its network failed for too long. Reconnect may
// bring it back.
type DisconnectedError struct {
	ShellID string
	// Err is the last *NetworkError.
	Err error
}

// Error names the shell and what went wrong.
func (e *DisconnectedError) Error() string {
	return fmt.Sprintf("wsmanclient: shell %s is disconnected: %v", e.ShellID, e.Err)
}

// Unwrap returns what went wrong.
func (e *DisconnectedError) Unwrap() error { return e.Err }

var (
	errColon = errors.New("a user name with a colon in it cannot be sent")
	errNoTLS = errors.New("certificates are shown over https only")
)
