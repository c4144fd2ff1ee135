package credssp

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// Why a login failed. An error of a Context or an Initiator is or wraps one of
// these, or comes from SPNEGO, from a Mechanism or from a function of Config.
var (
	// ErrToken means that a token is not whole TLS records, or too long.
	ErrToken = errors.New("credssp: malformed token")
	// ErrTLS means that the peers could not agree on TLS, or that somebody
	// changed a record.
	ErrTLS = errors.New("credssp: TLS failed")
	// ErrRequest means that a TSRequest or what is in it is malformed.
	ErrRequest = errors.New("credssp: malformed message")
	// ErrOutOfOrder means that a message has something else in it than what is
	// awaited, or that there are too many.
	ErrOutOfOrder = errors.New("credssp: message out of order")
	// ErrVersion means that the peer's version is too old, or changed.
	ErrVersion = errors.New("credssp: version of the peer refused")
	// ErrBinding means that the peers see different TLS keys: there is somebody
	// in between.
	ErrBinding = errors.New("credssp: public key of the TLS session does not match")
	// ErrCredentials means that credentials of this kind are not taken.
	ErrCredentials = errors.New("credssp: kind of credentials not supported")
	// ErrExpired means that the login took too long, or was given up.
	ErrExpired = errors.New("credssp: login took too long")
	// ErrPiece means that what was to be sealed is longer than MaxPiece.
	ErrPiece = errors.New("credssp: piece too long to be sealed as one record")
)

// malformed names the part that makes no sense.
func malformed(what string) error { return fmt.Errorf("%w: %s", ErrRequest, what) }

// clientsFault reports whether an error says of itself that the client is to
// blame for it.
func clientsFault(err error) bool {
	for _, reason := range []error{
		auth.ErrWrongCredentials,
		ErrToken, ErrTLS, ErrRequest, ErrOutOfOrder, ErrVersion, ErrBinding, ErrCredentials, ErrExpired,
		spnego.ErrToken, spnego.ErrNoMechanism, spnego.ErrOutOfOrder, spnego.ErrMechListMIC, spnego.ErrRejected,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

// blame adds auth.ErrWrongCredentials to an error, unless it is there.
func blame(err error) error {
	if errors.Is(err, auth.ErrWrongCredentials) {
		return err
	}
	return fmt.Errorf("%w: %w", auth.ErrWrongCredentials, err)
}
