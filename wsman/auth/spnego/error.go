package spnego

import (
	"errors"
	"fmt"
)

// Why a negotiation failed. An error of Accept or Initiate is or wraps one of
// these, or comes from the mechanism. The peer is to blame for all of these.
var (
	// ErrToken means that a token is not one of SPNEGO, or is damaged.
	ErrToken = errors.New("spnego: malformed token")
	// ErrNoMechanism means that the peers have no mechanism in common.
	ErrNoMechanism = errors.New("spnego: no common mechanism")
	// ErrOutOfOrder means that a token is not one that is awaited.
	ErrOutOfOrder = errors.New("spnego: token out of order")
	// ErrMechListMIC means that the list of mechanisms is not the one that the
	// client sent, or nobody can say that it is.
	ErrMechListMIC = errors.New("spnego: list of mechanisms was changed")
	// ErrRejected means that the peer gave up.
	ErrRejected = errors.New("spnego: rejected by the peer")
)

// joinMIC says that a signature is wrong, and what the mechanism said of it.
func joinMIC(err error) error { return fmt.Errorf("%w: %w", ErrMechListMIC, err) }
