package spnego

import (
	"context"
	"encoding/asn1"
	"slices"
)

// Mechanism is the server's side of one handshake of one mechanism. It is used
// by one goroutine at a time.
type Mechanism interface {
	Signer
	// OIDs are the mechanism's names.
	OIDs() []asn1.ObjectIdentifier
	// Accept takes the client's next token: for NTLM a message, for Kerberos
	// one in GSS-API framing (RFC 2743 section 3.1). The reply may be empty when
	// done. An error ends the handshake. The token is not kept.
	Accept(ctx context.Context, token []byte) (reply []byte, done bool, err error)
}

// InitiatorMechanism is the client's side.
type InitiatorMechanism interface {
	Signer
	// OIDs are the mechanism's names, the preferred one first.
	OIDs() []asn1.ObjectIdentifier
	// Initiate makes the next token. The server's is empty at first. The reply
	// may be empty when done. An error ends the handshake.
	Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error)
}

// Signer signs the list of mechanisms, once the mechanism's own handshake is
// done. The list is a DER SEQUENCE OF OBJECT IDENTIFIER, byte for byte as the
// client sent it.
type Signer interface {
	// GetMIC makes a signature (GSS_GetMIC, RFC 2743 section 2.3.1).
	GetMIC(list []byte) (mic []byte, err error)
	// VerifyMIC checks the peer's.
	VerifyMIC(list, mic []byte) error
}

// MICWanter is what a Signer is, too, that wants the list signed although the
// client's first choice was taken, as NTLM does when there is a MIC in its own
// messages.
type MICWanter interface {
	// WantsMIC is asked when the mechanism's own handshake is done.
	WantsMIC() bool
}

// wantsMIC asks s, if it can be asked.
func wantsMIC(s Signer) bool {
	w, ok := s.(MICWanter)
	return ok && w.WantsMIC()
}

// isNamed reports whether oid, in dotted form, is one of the names.
func isNamed(names []asn1.ObjectIdentifier, oid string) bool {
	return slices.ContainsFunc(names, func(name asn1.ObjectIdentifier) bool { return name.String() == oid })
}
