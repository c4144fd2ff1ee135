package spnego

import (
	encoding "encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// application is the tag of the framing of a first token (RFC 2743 section 3.1).
const application = asn1.Tag(0x60)

// generalString is the tag of a GeneralString.
const generalString = asn1.Tag(27)

// tag is the tag of field n of a NegotiationToken, a NegTokenInit or a
// NegTokenResp.
func tag(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrToken, what) }

// octets reads optional field n, an OCTET STRING. It is nil where the field is
// missing, and not nil where it is empty.
func octets(s *cryptobyte.String, n uint8, name string) ([]byte, error) {
	var value, field cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&field, &present, tag(n)) {
		return nil, malformed(name)
	}
	if !present {
		return nil, nil
	}
	if !field.ReadASN1(&value, asn1.OCTET_STRING) || !field.Empty() {
		return nil, malformed(name)
	}
	return append([]byte{}, value...), nil
}

// addOctets writes it, unless it is nil.
func addOctets(b *cryptobyte.Builder, n uint8, value []byte) {
	if value == nil {
		return
	}
	b.AddASN1(tag(n), func(b *cryptobyte.Builder) { b.AddASN1OctetString(value) })
}

// readOID reads an object identifier.
func readOID(s *cryptobyte.String) (string, bool) {
	var id encoding.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&id) {
		return "", false
	}
	return id.String(), true
}

// addOID writes one. A bad one fails when the Builder's bytes are asked for.
func addOID(b *cryptobyte.Builder, oid string) {
	id, err := parseOID(oid)
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddASN1ObjectIdentifier(id)
}

// parseOID reads the dotted form.
func parseOID(oid string) (encoding.ObjectIdentifier, error) {
	var id encoding.ObjectIdentifier
	arc, digits := 0, 0
	for _, r := range oid + "." {
		switch {
		case r >= '0' && r <= '9' && digits < 9:
			arc, digits = arc*10+int(r-'0'), digits+1
		case r == '.' && digits > 0:
			id = append(id, arc)
			arc, digits = 0, 0
		default:
			return nil, fmt.Errorf("spnego: %q is no object identifier", oid)
		}
	}
	return id, nil
}
