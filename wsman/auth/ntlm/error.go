package ntlm

import (
	"errors"
	"fmt"
)

// Why a handshake was refused. An error of Accept or Initiate is or wraps one
// of these, or is a *MessageError or a *FlagsError, or comes from a Verifier.
var (
	// ErrLogonFailed is the answer to an unknown user and to a wrong password
	// alike.
	ErrLogonFailed = errors.New("ntlm: unknown user or wrong password")
	// ErrAnonymous refuses a client that gave no name.
	ErrAnonymous = errors.New("ntlm: anonymous logon refused")
	// ErrNTLMv1 refuses a response of 24 bytes, which is NTLMv1.
	ErrNTLMv1 = errors.New("ntlm: NTLMv1 response refused")
	// ErrLMOnly refuses a client that sent an LM or LMv2 response only.
	ErrLMOnly = errors.New("ntlm: LM response refused")
	// ErrMICMissing refuses an AUTHENTICATE message without a MIC where one was
	// announced, or where the server's configuration demands one.
	ErrMICMissing = errors.New("ntlm: message integrity code missing")
	// ErrMICWrong refuses a handshake of which somebody changed a message.
	ErrMICWrong = errors.New("ntlm: message integrity code wrong")
	// ErrClock refuses a response that was made too long ago, or will be.
	ErrClock = errors.New("ntlm: time of the response too far from the server's")
	// ErrExpired refuses a response to a challenge that is too old.
	ErrExpired = errors.New("ntlm: challenge expired")
	// ErrOutOfOrder refuses a message that is not the one awaited, and every
	// message after the handshake's end: a challenge is used once.
	ErrOutOfOrder = errors.New("ntlm: message out of order")
	// ErrNotEstablished is the answer to what needs a finished handshake.
	ErrNotEstablished = errors.New("ntlm: handshake not finished")
)

// MessageError says what is wrong with a message's form.
type MessageError struct {
	// Message is the name of the message, for example "AUTHENTICATE", or of the
	// structure in it.
	Message string
	// Field is what is wrong in it; empty if the message as a whole is.
	Field string
	// Reason says why, without anything of the content.
	Reason string
}

// Error says all of it in one line.
func (e *MessageError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("ntlm: %s %s", e.Message, e.Reason)
	}
	return fmt.Sprintf("ntlm: %s: %s %s", e.Message, e.Field, e.Reason)
}

// FlagsError refuses a peer that does without what is demanded.
type FlagsError struct {
	// Missing are the flags that the peer has not set.
	Missing Flags
}

// Error names the flags.
func (e *FlagsError) Error() string {
	return fmt.Sprintf("ntlm: peer does not negotiate %s", e.Missing)
}
