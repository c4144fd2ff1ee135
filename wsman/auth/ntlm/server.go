package ntlm

import (
	"context"
	"crypto/rand"
	"encoding/asn1"
	"time"
)

// OID is NTLM's name in SPNEGO (MS-NLMP 1.9).
func OID() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10} }

// Server is the server's side of one handshake, over one connection. It is used
// by one goroutine at a time.
type Server struct {
	config *ServerConfig
	state  state

	// The messages as they went over the wire, for the MIC.
	negotiate, challenge []byte

	random [8]byte
	flags  Flags // granted
	issued time.Time

	peer    Peer
	session *Session
}

// state is what a handshake waits for.
type state int

const (
	begun      state = iota // for NEGOTIATE
	challenged              // for AUTHENTICATE
	finished                // for nothing: it came to an end, this way or that
)

// Peer is who the client said it is, and what else its response says. All of it
// is what the client signed with its password, except Workstation.
type Peer struct {
	// User, Domain and Workstation are as the client wrote them.
	User, Domain, Workstation string
	// Identity is what the Verifier said.
	Identity any
	// TargetName is the service principal name that the client meant to talk to
	// (HTTP/host), which it took from its own address line; empty if it sent
	// none.
	TargetName string
	// Bindings are the channel bindings that the client sent. The caller checks
	// them: see Bindings.Check.
	Bindings Bindings
	// MIC is true if the client sent a MIC, which was right.
	MIC bool
}

// NewServer begins a handshake.
func NewServer(config *ServerConfig) *Server { return &Server{config: config} }

// Accept takes the client's next message. At NEGOTIATE the reply is a CHALLENGE
// and done is false; at AUTHENTICATE there is no reply, and done is true if the
// client is who it says.
//
// Every error ends the handshake: a challenge is used once. The client is to
// blame for all of them but those of the Verifier that are not ErrLogonFailed.
func (s *Server) Accept(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	state := s.state
	s.state = finished
	switch state {
	case begun:
		if reply, err = s.challengeFor(token); err != nil {
			return nil, false, err
		}
		s.state = challenged
		return reply, false, nil
	case challenged:
		if err := s.authenticate(ctx, token); err != nil {
			return nil, false, err
		}
		return nil, true, nil
	case finished:
	}
	return nil, false, ErrOutOfOrder
}

// challengeFor answers NEGOTIATE (MS-NLMP 3.2.5.1.1).
func (s *Server) challengeFor(token []byte) ([]byte, error) {
	m, err := DecodeNegotiate(token)
	if err != nil {
		return nil, err
	}
	if err := s.config.check(m.Flags); err != nil {
		return nil, err
	}
	rand.Read(s.random[:]) // crypto/rand never fails
	s.issued = time.Now()
	s.flags = m.Flags&granted | always | s.config.Target.kind()
	answer := Challenge{
		Flags:   s.flags,
		Target:  s.config.Target.name(),
		Random:  s.random,
		Info:    s.config.Target.pairs(NewFileTime(s.issued)),
		Version: s.config.Version,
	}
	if answer.Version == (Version{}) {
		answer.Version = DefaultVersion
	}
	s.negotiate = append([]byte(nil), token...)
	s.challenge = answer.Append(nil)
	return append([]byte(nil), s.challenge...), nil
}

// Session returns the session; nil before Accept was done.
func (s *Server) Session() *Session { return s.session }

// Peer returns who the client is; nobody before Accept was done.
func (s *Server) Peer() Peer { return s.peer }
