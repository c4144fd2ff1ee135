package spnego

import (
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// NegState says how a negotiation stands (RFC 4178 section 4.2.2).
type NegState int

// The states. NoState is that of a token that says nothing.
const (
	NoState          NegState = -1
	AcceptCompleted  NegState = 0
	AcceptIncomplete NegState = 1
	Reject           NegState = 2
	RequestMIC       NegState = 3
)

// String gives the name that RFC 4178 has.
func (s NegState) String() string {
	switch s {
	case NoState:
		return "none"
	case AcceptCompleted:
		return "accept-completed"
	case AcceptIncomplete:
		return "accept-incomplete"
	case Reject:
		return "reject"
	case RequestMIC:
		return "request-mic"
	}
	return strconv.Itoa(int(s))
}

// NegTokenResp is every token but the first (RFC 4178 section 4.2.2).
type NegTokenResp struct {
	State NegState
	// SupportedMech is the mechanism that was chosen, in the server's first
	// token only; empty if it is not said.
	SupportedMech string
	// ResponseToken is the mechanism's token, MechListMIC the signature of the
	// client's list of mechanisms; nil if there is none.
	ResponseToken, MechListMIC []byte
}

// DecodeNegTokenResp reads the token. The error is ErrToken.
func DecodeNegTokenResp(token []byte) (*NegTokenResp, error) {
	s := cryptobyte.String(token)
	var choice, fields cryptobyte.String
	if len(token) > MaxToken || !s.ReadASN1(&choice, tag(1)) || !s.Empty() ||
		!choice.ReadASN1(&fields, asn1.SEQUENCE) || !choice.Empty() {
		return nil, malformed("NegTokenResp")
	}
	return readResp(fields)
}

func readResp(s cryptobyte.String) (t *NegTokenResp, err error) {
	t = &NegTokenResp{State: NoState}
	var state, mech cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&state, &present, tag(0)) {
		return nil, malformed("negState")
	}
	if present {
		var value int
		if !state.ReadASN1Enum(&value) || !state.Empty() || value < 0 || NegState(value) > RequestMIC {
			return nil, malformed("negState")
		}
		t.State = NegState(value)
	}
	if !s.ReadOptionalASN1(&mech, &present, tag(1)) {
		return nil, malformed("supportedMech")
	}
	if present {
		var ok bool
		if t.SupportedMech, ok = readOID(&mech); !ok || !mech.Empty() {
			return nil, malformed("supportedMech")
		}
	}
	if t.ResponseToken, err = octets(&s, 2, "responseToken"); err != nil {
		return nil, err
	}
	if t.MechListMIC, err = octets(&s, 3, "mechListMIC"); err != nil {
		return nil, err
	}
	return t, onlyExtensions(s, 3)
}

// Bytes writes the token. It fails if the name is none.
func (t *NegTokenResp) Bytes() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag(1), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { t.fields(b) })
	})
	return b.Bytes()
}

func (t *NegTokenResp) fields(b *cryptobyte.Builder) {
	if t.State != NoState {
		b.AddASN1(tag(0), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(t.State)) })
	}
	if t.SupportedMech != "" {
		b.AddASN1(tag(1), func(b *cryptobyte.Builder) { addOID(b, t.SupportedMech) })
	}
	addOctets(b, 2, t.ResponseToken)
	addOctets(b, 3, t.MechListMIC)
}
