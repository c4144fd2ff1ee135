package credssp

import (
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// Mechanism is the server's side of one handshake of what authenticates the
// client inside: NTLM or Kerberos. An error of Accept is or wraps
// auth.ErrWrongCredentials where the client is to blame. It may be an
// *auth.Error, to name the user.
type Mechanism interface {
	spnego.Mechanism
	Wrapper
}

// ClientMechanism is the client's side.
type ClientMechanism interface {
	spnego.InitiatorMechanism
	Wrapper
	// Established reports whether Wrap may be called: the mechanism's own
	// handshake is done, though SPNEGO's may not be.
	Established() bool
}

// Wrapper seals messages with what a handshake has agreed on (GSS_Wrap with
// confidentiality, RFC 2743 section 2.3.3), once the handshake is done.
type Wrapper interface {
	Wrap(message []byte) (token []byte, err error)
	// Unwrap may use the memory of the token for the message.
	Unwrap(token []byte) (message []byte, err error)
}

// named says who the client said it was.
func named(user string, err error) error {
	const longest = 64 // what a log line can bear
	return &auth.Error{User: user[:min(len(user), longest)], Err: err}
}
