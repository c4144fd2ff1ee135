package ntlm

import (
	"crypto/hmac"
	"crypto/md5"
	"errors"
	"fmt"
	"hash"
)

// Errors of a Session. After the first two the direction is dead, and answers
// each further call with the same error: RC4 is a stream.
var (
	// ErrTampered means that a message or its signature was changed, or made
	// with other keys.
	ErrTampered = errors.New("ntlm: message or signature was changed")
	// ErrSequence means that a message was repeated, left out or moved.
	ErrSequence = errors.New("ntlm: message out of sequence")
	// ErrNoProtection means that the peers have not agreed on what was asked.
	ErrNoProtection = errors.New("ntlm: message protection was not negotiated")
)

// Side says which of the two peers one is.
type Side int

// The sides.
const (
	ClientSide Side = iota
	ServerSide
)

// Session protects messages with the keys of a finished handshake (MS-NLMP
// 3.4). Each direction is a stream: messages are sealed and signed in the order
// in which they go, unsealed and verified in the order in which they come. The
// two directions may be used by two goroutines, none by more than one.
type Session struct {
	flags   Flags
	key     [16]byte
	out, in *stream
}

// stream is the state of one direction.
type stream struct {
	handle   *keyStream
	mac      hash.Hash // HMAC-MD5; nil without extended session security
	sequence uint32
	err      error // what it died of

	sum [md5.Size]byte // room for a checksum
}

// NewSession makes a session of an exported session key and the flags agreed
// on. It fails only where RC4 is forbidden, as in FIPS 140 mode.
//
// Without extended session security both directions share one stream; then the
// session belongs to one goroutine.
func NewSession(key [16]byte, flags Flags, side Side) (*Session, error) {
	s := &Session{flags: flags, key: key}
	outward, inward := clientToServer, serverToClient
	if side == ServerSide {
		outward, inward = inward, outward
	}
	var err error
	if s.out, err = newStream(key, flags, outward); err != nil {
		return nil, err
	}
	if !flags.Has(FlagExtendedSessionSecurity) {
		s.in = s.out
		return s, nil
	}
	s.in, err = newStream(key, flags, inward)
	return s, err
}

func newStream(key [16]byte, flags Flags, d direction) (*stream, error) {
	handle, err := newKeyStream(sealKey(flags, key, d))
	if err != nil {
		return nil, fmt.Errorf("ntlm: %w", err)
	}
	s := &stream{handle: handle}
	if flags.Has(FlagExtendedSessionSecurity) {
		key := signKey(key, d)
		s.mac = hmac.New(md5.New, key[:])
	}
	return s, nil
}

// Flags returns what the peers agreed on.
func (s *Session) Flags() Flags { return s.flags }

// Key returns the exported session key, which other protocols make keys of.
func (s *Session) Key() [16]byte { return s.key }

// CanSign reports whether messages can be signed, CanSeal whether they can be
// sealed.
func (s *Session) CanSign() bool { return s.flags.protects() }

// CanSeal reports whether messages can be sealed.
func (s *Session) CanSeal() bool { return s.flags.Has(FlagSeal) }
