package credssp

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// tag is the tag of field n of a SEQUENCE; all of MS-CSSP's are explicit.
func tag(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }

// readSequence takes a SEQUENCE, of which b has nothing but it.
func readSequence(b []byte) (cryptobyte.String, bool) {
	s := cryptobyte.String(b)
	var fields cryptobyte.String
	ok := s.ReadASN1(&fields, asn1.SEQUENCE) && s.Empty()
	return fields, ok
}

// readOctets takes field n, an OCTET STRING of at most limit bytes. It is part
// of s's memory, and never nil.
func readOctets(s *cryptobyte.String, n uint8, limit int) ([]byte, bool) {
	var field, value cryptobyte.String
	ok := s.ReadASN1(&field, tag(n)) && field.ReadASN1(&value, asn1.OCTET_STRING) && field.Empty()
	if !ok || len(value) > limit {
		return nil, false
	}
	return value, true
}

// readOptionalOctets is readOctets for a field that may be missing: then it is
// nil.
func readOptionalOctets(s *cryptobyte.String, n uint8, limit int) ([]byte, bool) {
	if !s.PeekASN1Tag(tag(n)) {
		return nil, true
	}
	return readOctets(s, n, limit)
}

// readInt takes field n, an INTEGER.
func readInt(s *cryptobyte.String, n uint8) (int64, bool) {
	var field cryptobyte.String
	var value int64
	ok := s.ReadASN1(&field, tag(n)) && field.ReadASN1Integer(&value) && field.Empty()
	return value, ok
}

// addInt writes field n.
func addInt(b *cryptobyte.Builder, n uint8, value int64) {
	b.AddASN1(tag(n), func(b *cryptobyte.Builder) { b.AddASN1Int64(value) })
}

// addOctets writes field n, unless it is nil.
func addOctets(b *cryptobyte.Builder, n uint8, value []byte) {
	if value == nil {
		return
	}
	b.AddASN1(tag(n), func(b *cryptobyte.Builder) { b.AddASN1OctetString(value) })
}
