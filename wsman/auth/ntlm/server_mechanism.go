package ntlm

import "encoding/asn1"

// OIDs returns NTLM's name, for SPNEGO.
func (s *Server) OIDs() []asn1.ObjectIdentifier { return []asn1.ObjectIdentifier{OID()} }

// WantsMIC reports whether SPNEGO's list of mechanisms has to be signed. It has
// if the client sent a MIC: one that can do this can do that, as Windows sees
// it. It is asked after the handshake.
func (s *Server) WantsMIC() bool { return s.peer.MIC }

// GetMIC signs SPNEGO's list of mechanisms: see Session.SignMechList.
func (s *Server) GetMIC(list []byte) ([]byte, error) {
	if s.session == nil {
		return nil, ErrNotEstablished
	}
	return s.session.SignMechList(list)
}

// VerifyMIC checks the client's signature of the list: see
// Session.VerifyMechList.
func (s *Server) VerifyMIC(list, mic []byte) error {
	if s.session == nil {
		return ErrNotEstablished
	}
	return s.session.VerifyMechList(list, mic)
}
