package kerberos

import (
	"errors"
	"fmt"
)

// Reasons for which a token or a message is refused. The numbers are those that
// RFC 4120 section 7.5.9 gives them.
var (
	ErrMalformed       = errors.New("malformed token")                                   // GSS_S_DEFECTIVE_TOKEN, 40
	ErrIntegrity       = errors.New("integrity check failed")                            // 31
	ErrExpired         = errors.New("ticket has expired")                                // 32
	ErrNotYetValid     = errors.New("ticket is not yet valid")                           // 33
	ErrReplay          = errors.New("request is a replay")                               // 34
	ErrWrongService    = errors.New("ticket is not for this service")                    // 35
	ErrNameMismatch    = errors.New("ticket and authenticator do not match")             // 36
	ErrSkew            = errors.New("clock skew too great")                              // 37
	ErrOutOfOrder      = errors.New("message out of order")                              // 42
	ErrNoKey           = errors.New("no key for the ticket")                             // 44 and 45
	ErrMutual          = errors.New("mutual authentication failed")                      // 46
	ErrEncryptionType  = errors.New("encryption type not permitted")                     // 14
	ErrRealm           = errors.New("client realm not accepted")                         // 12
	ErrAnonymous       = errors.New("anonymous client")                                  // RFC 8062
	ErrChannelBinding  = errors.New("channel binding is wrong or missing")               // GSS_S_BAD_BINDINGS
	ErrUnsupported     = errors.New("not supported")                                     // for example user-to-user
	ErrReplayCacheFull = errors.New("replay cache is full")                              // the server's fault, not the client's
	ErrState           = errors.New("operation does not fit the state of the handshake") // GSS_S_NO_CONTEXT
)

// Error is why a handshake failed. It never holds a key or a token.
type Error struct {
	// Client is the client's principal, name@REALM; empty before its ticket
	// could be decrypted. A name in a ticket that was decrypted is true even
	// where the request that it came with is refused.
	Client string
	// Err is or wraps one of the reasons above, or is an error of reading the
	// keytab: then the client may be right.
	Err error
}

// Error says it in one line.
func (e *Error) Error() string {
	if e.Client == "" {
		return fmt.Sprintf("kerberos: %v", e.Err)
	}
	return fmt.Sprintf("kerberos: %q: %v", e.Client, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// unsupported names what was asked for.
func unsupported(what string) error { return fmt.Errorf("%w: %s", ErrUnsupported, what) }

// malformed names the part of a token that makes no sense.
func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// RemoteError is a KRB-ERROR that the peer sent instead of an answer (RFC 4120
// section 5.9.1). It is not protected by anything.
type RemoteError struct {
	// Code is the number of section 7.5.9, for example 37 for a clock skew.
	Code int32
}

// Error says which code it is.
func (e *RemoteError) Error() string { return fmt.Sprintf("kerberos: peer sent error %d", e.Code) }

// Is lets errors.Is compare with the reasons of this package.
func (e *RemoteError) Is(target error) bool {
	reasons := map[int32]error{
		31: ErrIntegrity, 32: ErrExpired, 33: ErrNotYetValid, 34: ErrReplay, 35: ErrWrongService,
		36: ErrNameMismatch, 37: ErrSkew, 40: ErrMalformed, 44: ErrNoKey, 45: ErrNoKey, 14: ErrEncryptionType,
	}
	return reasons[e.Code] == target
}
