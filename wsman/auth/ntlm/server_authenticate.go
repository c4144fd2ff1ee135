package ntlm

import (
	"context"
	"time"
)

// authenticate checks AUTHENTICATE (MS-NLMP 3.2.5.1.2).
func (s *Server) authenticate(ctx context.Context, token []byte) error {
	if time.Since(s.issued) > maxChallengeAge {
		return ErrExpired
	}
	m, err := DecodeAuthenticate(token)
	if err != nil {
		return err
	}
	// What the client sets here is the last word, but it cannot have more than
	// it was granted.
	flags := m.Flags & s.flags
	if err := s.config.check(flags); err != nil {
		return err
	}
	response, err := onlyNTLMv2(m)
	if err != nil {
		return err
	}
	verified, err := s.config.Verifier.Verify(ctx, &Attempt{
		User: m.User, Domain: m.Domain, Workstation: m.Workstation, Challenge: s.random, Response: m.NTResponse,
	})
	if err != nil {
		return err
	}
	return s.establish(m, response, flags, &verified, token)
}

// onlyNTLMv2 refuses clients that prove nothing, or not enough.
func onlyNTLMv2(m *Authenticate) (*Response, error) {
	switch {
	case m.Flags.Has(FlagAnonymous) || m.User == "":
		return nil, ErrAnonymous
	case len(m.NTResponse) == 0 && len(m.LMResponse) <= 1: // one NUL is how it is written
		return nil, ErrAnonymous
	case len(m.NTResponse) == 0:
		return nil, ErrLMOnly
	}
	return DecodeResponse(m.NTResponse)
}

// establish makes the session of a client whose password is right. From here on
// nothing tells an attacker anything, because he has not come so far.
func (s *Server) establish(m *Authenticate, r *Response, flags Flags, verified *Verified, token []byte) error {
	if err := s.checkTime(r); err != nil {
		return err
	}
	key, err := serverKey(m, flags, verified.SessionBaseKey)
	if err != nil {
		return err
	}
	hasMIC, err := s.checkMIC(m, r, key, token)
	if err != nil {
		return err
	}
	if s.session, err = NewSession(key, flags, ServerSide); err != nil {
		return err
	}
	s.peer = Peer{
		User: m.User, Domain: m.Domain, Workstation: m.Workstation, Identity: verified.Identity,
		TargetName: r.Pairs.Text(AVTargetName), MIC: hasMIC,
	}
	if value, ok := r.Pairs.Get(AVChannelBindings); ok {
		s.peer.Bindings = Bindings(value)
	}
	s.negotiate, s.challenge = nil, nil
	return nil
}

// checkTime refuses responses that were not made now: one that somebody made a
// client give to a challenge of his own to use it later.
func (s *Server) checkTime(r *Response) error {
	most := s.config.MaxSkew
	if most == 0 {
		most = DefaultMaxSkew
	}
	if time.Since(r.Time.Time()).Abs() > most {
		return ErrClock
	}
	return nil
}

// serverKey is the exported session key: the client's own if keys are exchanged.
func serverKey(m *Authenticate, flags Flags, base [16]byte) ([16]byte, error) {
	if !flags.exchangesKey() {
		return base, nil
	}
	if len(m.SessionKey) != len(base) {
		return base, &MessageError{"AUTHENTICATE", "EncryptedRandomSessionKey", "has not 16 bytes"}
	}
	return exchangeKey(base, [16]byte(m.SessionKey))
}

// checkMIC checks the MIC where the response announces one. The announcement is
// part of what the client proved its password with: it cannot be taken away.
func (s *Server) checkMIC(m *Authenticate, r *Response, key [16]byte, token []byte) (bool, error) {
	if r.Pairs.Flags()&AVFlagMIC == 0 {
		if s.config.RequireMIC {
			return false, ErrMICMissing
		}
		return false, nil
	}
	if !m.HasMIC || m.MIC == [micSize]byte{} {
		return false, ErrMICMissing
	}
	right := Signature(messageMIC(key, s.negotiate, s.challenge, token, m.micOffset))
	if !right.same(m.MIC[:]) {
		return false, ErrMICWrong
	}
	return true, nil
}
