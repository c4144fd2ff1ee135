package audit

import (
	"errors"
	"net/netip"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Event is what is recorded.
type Event string

// The events.
const (
	Login   Event = "login"
	Refusal Event = "refusal"
	Logout  Event = "logout"
)

// Record is one event.
type Record struct {
	Time  time.Time
	Event Event
	// Source and Port are where the client is. The address is the zero value for
	// a local socket.
	Source netip.Addr
	Port   uint16
	// Scheme is the authentication scheme; empty where the client named none
	// that there is.
	Scheme string
	// User is the canonical name of who logged in or out. With a refusal it is
	// the name that the client gave, as it gave it and at most 64 bytes of it;
	// empty where it gave none.
	User string
	// Connection tells the connections of this process from each other; 0 where
	// it is not known.
	Connection uint64
	// Reason is one of the Reasons, or that of an error which has its own.
	Reason string
	// Err is the error of a refusal, in which there is neither a password nor a
	// token; nil otherwise.
	Err error
}

// Reasons.
const (
	ReasonAuthenticated    = "authenticated"
	ReasonWrongCredentials = "wrong credentials"
	ReasonNotOffered       = "scheme not offered"
	ReasonNotChecked       = "could not be checked"
	ReasonClosed           = "connection closed"
	ReasonAnotherLogin     = "another login on the connection"
	ReasonRefused          = "a refusal on the connection"
)

// Reasoner is an error that has a reason of its own: a few words that are the
// same each time.
type Reasoner interface {
	error
	Reason() string
}

// reasonOf is why a client was refused.
func reasonOf(err error) string {
	var own Reasoner
	switch {
	case errors.As(err, &own):
		return own.Reason()
	case errors.Is(err, auth.ErrNotOffered):
		return ReasonNotOffered
	case errors.Is(err, auth.ErrWrongCredentials):
		return ReasonWrongCredentials
	}
	return ReasonNotChecked
}

// Recorder keeps records. It is used by several goroutines, and requests wait
// for it.
type Recorder interface{ Record(Record) }
