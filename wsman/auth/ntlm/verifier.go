package ntlm

import "context"

// Attempt is what a client sent to prove who it is.
type Attempt struct {
	// User, Domain and Workstation are as the client wrote them, in any case of
	// letters. A user principal name (ada@example.com) comes with an empty
	// domain. Workstation is a claim that nothing proves.
	User, Domain, Workstation string
	// Challenge is the server's random number.
	Challenge [8]byte
	// Response is the client's NTLMv2 response to it, as it came.
	Response []byte
}

// Verified is what a Verifier found.
type Verified struct {
	// SessionBaseKey is what all keys of the session are made of (MS-NLMP
	// 3.3.2); winbind and domain controllers call it user session key.
	SessionBaseKey [16]byte
	// Identity is handed to whoever asks the Server for it. The package does
	// not look at it.
	Identity any
}

// Verifier finds out whether a response is right. It is used by all handshakes
// at the same time.
type Verifier interface {
	// Verify may take long; the end of ctx ends it. An unknown user and a wrong
	// password are ErrLogonFailed, in the same time; any other error means that
	// the response could not be checked.
	Verify(ctx context.Context, attempt *Attempt) (Verified, error)
}
