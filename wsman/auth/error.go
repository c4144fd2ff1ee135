package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// ErrWrongCredentials is in the error of every refusal that the client is to
// blame for: an unknown user, a wrong password, a token that makes no sense.
var ErrWrongCredentials = errors.New("wrong credentials")

// ErrNotOffered is in the error where the client used a scheme that is not
// offered on its connection.
var ErrNotOffered = errors.New("authentication scheme not offered")

// ErrUserChanged ends the identity of a connection whose user was removed or
// changed since the handshake.
var ErrUserChanged = fmt.Errorf("%w: the user was removed or changed", ErrWrongCredentials)

// Error says why a client was refused. It never holds a password or a token.
type Error struct {
	// Scheme is the scheme that the client used; empty where it used none that
	// is offered.
	Scheme string
	// User is the name that the client gave, at most 64 bytes of it; empty
	// where it gave none.
	User string
	// Source is where the request came from.
	Source netip.Addr
	// Err is the reason. Where it is neither ErrWrongCredentials nor
	// ErrNotOffered the client may be right, and something here is wrong.
	Err error
}

// Error says all of it in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("authentication")
	if e.Scheme != "" {
		b.WriteString(" " + e.Scheme)
	}
	if e.User != "" {
		fmt.Fprintf(&b, " of %q", e.User)
	}
	if e.Source.IsValid() {
		fmt.Fprintf(&b, " from %s", e.Source)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// refusal makes a scheme's error an *Error, which it may be already.
func refusal(err error, scheme Scheme, r *http.Request) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	if scheme != nil && e.Scheme == "" { // a scheme may have a shorter name
		e.Scheme = scheme.Name()
	}
	e.Source = Source(r)
	return e
}
