package kerberos

import (
	"encoding/asn1"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// Kerberos messages are DER with explicit tags (RFC 4120 section 5.1). The
// read functions take one field off the front of a string and report false
// where it is not there or is malformed.

const (
	tagSequence      = tags.SEQUENCE
	tagGeneralString = tags.GeneralString
)

// application is the tag [APPLICATION n].
func application(n uint8) tags.Tag { return tags.Tag(0x60 | n) }

// contextTag is the tag [n].
func contextTag(n uint8) tags.Tag { return tags.Tag(n).ContextSpecific().Constructed() }

func readSequence(s, out *cryptobyte.String) bool { return s.ReadASN1(out, tagSequence) }

// readMessage reads [APPLICATION n] SEQUENCE that fills all of b.
func readMessage(b []byte, n uint8, out *cryptobyte.String) bool {
	s := cryptobyte.String(b)
	var outer cryptobyte.String
	return s.ReadASN1(&outer, application(n)) && s.Empty() && readSequence(&outer, out) && outer.Empty()
}

// readField reads what is in the field [n].
func readField(s *cryptobyte.String, n uint8, out *cryptobyte.String) bool {
	return s.ReadASN1(out, contextTag(n))
}

// readOptionalField is like readField, but the field may be missing.
func readOptionalField(s *cryptobyte.String, n uint8, out *cryptobyte.String, present *bool) bool {
	return s.ReadOptionalASN1(out, present, contextTag(n))
}

func readInt32(s *cryptobyte.String, n uint8, out *int32) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && field.ReadASN1Integer(out) && field.Empty()
}

// readOptionalUint32 reads a UInt32, 0 if missing. Some peers write those over
// 2^31 as negative numbers, as RFC 1510 had them (RFC 4120 section 5.3.2).
func readOptionalUint32(s *cryptobyte.String, n uint8, out *uint32) bool {
	var field cryptobyte.String
	var present bool
	var v int64
	if !readOptionalField(s, n, &field, &present) {
		return false
	}
	if !present {
		*out = 0
		return true
	}
	if !field.ReadASN1Integer(&v) || !field.Empty() || v < -1<<31 || v >= 1<<32 {
		return false
	}
	*out = uint32(v)
	return true
}

func readOctets(s *cryptobyte.String, n uint8, out *cryptobyte.String) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && field.ReadASN1(out, tags.OCTET_STRING) && field.Empty()
}

// readString reads a KerberosString, which Windows writes as UTF-8. A NUL in a
// name can only be meant to deceive.
func readString(s *cryptobyte.String, out *string) bool {
	var v cryptobyte.String
	if !s.ReadASN1(&v, tagGeneralString) || !utf8.Valid(v) {
		return false
	}
	*out = string(v)
	return !strings.ContainsRune(*out, 0)
}

func readStringField(s *cryptobyte.String, n uint8, out *string) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && readString(&field, out) && field.Empty()
}

func readTime(s *cryptobyte.String, n uint8, out *time.Time) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && field.ReadASN1GeneralizedTime(out) && field.Empty()
}

// readOptionalTime leaves the zero time where there is none.
func readOptionalTime(s *cryptobyte.String, n uint8, out *time.Time) bool {
	var field cryptobyte.String
	var present bool
	if !readOptionalField(s, n, &field, &present) {
		return false
	}
	return !present || field.ReadASN1GeneralizedTime(out) && field.Empty()
}

// readFlags reads KerberosFlags: bit 0 is the highest of the 32. What is
// behind those is not read.
func readFlags(s *cryptobyte.String, out *uint32) bool {
	var v asn1.BitString
	if !s.ReadASN1BitString(&v) {
		return false
	}
	var b [4]byte
	copy(b[:], v.Bytes)
	*out = uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	return true
}

func readFlagsField(s *cryptobyte.String, n uint8, out *uint32) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && readFlags(&field, out) && field.Empty()
}

func addField(b *cryptobyte.Builder, n uint8, f func(*cryptobyte.Builder)) {
	b.AddASN1(contextTag(n), f)
}

func addInt(b *cryptobyte.Builder, n uint8, v int64) {
	addField(b, n, func(b *cryptobyte.Builder) { b.AddASN1Int64(v) })
}

func addOctets(b *cryptobyte.Builder, n uint8, v []byte) {
	addField(b, n, func(b *cryptobyte.Builder) { b.AddASN1OctetString(v) })
}

func addString(b *cryptobyte.Builder, v string) {
	b.AddASN1(tagGeneralString, func(b *cryptobyte.Builder) { b.AddBytes([]byte(v)) })
}

func addStringField(b *cryptobyte.Builder, n uint8, v string) {
	addField(b, n, func(b *cryptobyte.Builder) { addString(b, v) })
}

func addTime(b *cryptobyte.Builder, n uint8, t time.Time) {
	addField(b, n, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(t.UTC()) })
}

func addFlags(b *cryptobyte.Builder, n uint8, v uint32) {
	addField(b, n, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.BIT_STRING, func(b *cryptobyte.Builder) { b.AddUint8(0); b.AddUint32(v) })
	})
}

// marshalMessage writes [APPLICATION n] SEQUENCE.
func marshalMessage(n uint8, f func(*cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(application(n), func(b *cryptobyte.Builder) { b.AddASN1(tagSequence, f) })
	return b.Bytes()
}
