package spnego

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// NegTokenInit is the first token (RFC 4178 section 4.2.1), in its framing. A
// server's hint, NegTokenInit2 (MS-SPNG 2.2.1), has the same form and is told
// by its Hint.
type NegTokenInit struct {
	// MechTypes are the mechanisms.
	MechTypes MechTypes
	// MechToken is a token of the first of them; nil if there is none.
	MechToken []byte
	// Hint is the text of NegTokenInit2's negHints, which is the same always:
	// see HintName. Nil if this is no NegTokenInit2.
	Hint []byte
	// MechListMIC is a signature of MechTypes; nil if there is none.
	MechListMIC []byte
}

// HintName is what a hint says.
const HintName = "not_defined_in_RFC4178@please_ignore"

// DecodeNegTokenInit reads the token. ReqFlags are passed over, as they protect
// nothing. The error is ErrToken.
func DecodeNegTokenInit(token []byte) (*NegTokenInit, error) {
	oid, inner, err := Unframe(token)
	if err != nil {
		return nil, err
	}
	if oid != OID {
		return nil, malformed("token of another mechanism")
	}
	s := cryptobyte.String(inner)
	var choice, fields cryptobyte.String
	if !s.ReadASN1(&choice, tag(0)) || !s.Empty() ||
		!choice.ReadASN1(&fields, asn1.SEQUENCE) || !choice.Empty() {
		return nil, malformed("NegTokenInit")
	}
	return readInit(fields)
}

func readInit(s cryptobyte.String) (t *NegTokenInit, err error) {
	t = new(NegTokenInit)
	var list, flags cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&list, &present, tag(0)) {
		return nil, malformed("mechTypes")
	}
	if present {
		if t.MechTypes, err = readMechTypes(list); err != nil {
			return nil, err
		}
	}
	if !s.ReadOptionalASN1(&flags, &present, tag(1)) || present && !flags.SkipASN1(asn1.BIT_STRING) || !flags.Empty() {
		return nil, malformed("reqFlags")
	}
	if t.MechToken, err = octets(&s, 2, "mechToken"); err != nil {
		return nil, err
	}
	mic := uint8(3)
	if isHint(s) {
		mic = 4
		if t.Hint, err = readHint(&s); err != nil {
			return nil, err
		}
	}
	if t.MechListMIC, err = octets(&s, mic, "mechListMIC"); err != nil {
		return nil, err
	}
	return t, onlyExtensions(s, mic)
}

// isHint tells whether field 3 is there and is a negHints, which is a SEQUENCE,
// and not a mechListMIC.
func isHint(s cryptobyte.String) bool {
	var field cryptobyte.String
	return s.ReadASN1(&field, tag(3)) && field.PeekASN1Tag(asn1.SEQUENCE)
}

// readHint reads negHints. The address that it may have is never sent.
func readHint(s *cryptobyte.String) ([]byte, error) {
	var field, hints, name, text, address cryptobyte.String
	var named bool
	if !s.ReadASN1(&field, tag(3)) || !field.ReadASN1(&hints, asn1.SEQUENCE) || !field.Empty() ||
		!hints.ReadOptionalASN1(&name, &named, tag(0)) ||
		named && !name.ReadASN1(&text, generalString) || !name.Empty() ||
		!hints.ReadOptionalASN1(&address, nil, tag(1)) || !hints.Empty() {
		return nil, malformed("negHints")
	}
	return append([]byte{}, text...), nil
}

// onlyExtensions passes over fields that a later version may have: their
// numbers are greater than that of the last one known, and ascend.
func onlyExtensions(s cryptobyte.String, last uint8) error {
	for !s.Empty() {
		var field cryptobyte.String
		var t asn1.Tag
		if !s.ReadAnyASN1(&field, &t) || t <= tag(last) || t > tag(30) {
			return malformed("field out of place")
		}
		last = uint8(t &^ tag(0))
	}
	return nil
}

// Bytes writes the token. It fails if a name is none.
func (t *NegTokenInit) Bytes() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag(0), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { t.fields(b) })
	})
	inner, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	return Frame(OID, inner)
}

func (t *NegTokenInit) fields(b *cryptobyte.Builder) {
	if t.MechTypes.DER != nil {
		b.AddASN1(tag(0), func(b *cryptobyte.Builder) { b.AddBytes(t.MechTypes.DER) })
	}
	addOctets(b, 2, t.MechToken)
	mic := uint8(3)
	if t.Hint != nil {
		mic = 4
		b.AddASN1(tag(3), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag(0), func(b *cryptobyte.Builder) {
					b.AddASN1(generalString, func(b *cryptobyte.Builder) { b.AddBytes(t.Hint) })
				})
			})
		})
	}
	addOctets(b, mic, t.MechListMIC)
}
