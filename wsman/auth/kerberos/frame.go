package kerberos

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Token ids (RFC 4121 section 4.1).
const (
	tokenAPReq = 0x0100
	tokenAPRep = 0x0200
	tokenError = 0x0300
)

// MaxToken is the longest token of a handshake that is looked at, in bytes.
// Windows has the same limit (MaxTokenSize, 48,000 before base64).
const MaxToken = 64 << 10

var (
	oidKerberos   = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02}
	oidMSKerberos = []byte{0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02}
)

// OIDs are the names of the mechanism, the usual one first: 1.2.840.113554.1.2.2
// (RFC 4121 section 1), and 1.2.840.48018.1.2.2, which Windows offers beside
// it because Windows 2000 cut the first one to 16 bits (MS-SPNG).
func OIDs() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{{1, 2, 840, 113554, 1, 2, 2}, {1, 2, 840, 48018, 1, 2, 2}}
}

// readFrame takes RFC 2743 section 3.1's frame off a token and returns what is
// behind the mechanism's OID.
func readFrame(token []byte) ([]byte, error) {
	s := cryptobyte.String(token)
	var inner, oid cryptobyte.String
	if !s.ReadASN1(&inner, application(0)) || !s.Empty() || !inner.ReadASN1(&oid, 6) {
		return nil, malformed("GSS-API frame")
	}
	if !bytes.Equal(oid, oidKerberos) && !bytes.Equal(oid, oidMSKerberos) {
		return nil, malformed("GSS-API frame of another mechanism")
	}
	return inner, nil
}

// readToken takes the frame and the token id off.
func readToken(token []byte) (id uint16, inner []byte, err error) {
	b, err := readFrame(token)
	if err != nil {
		return 0, nil, err
	}
	if len(b) < 2 {
		return 0, nil, malformed("token without an id")
	}
	return binary.BigEndian.Uint16(b), b[2:], nil
}

// frameHeader is the frame before n bytes.
func frameHeader(n int) []byte {
	n += 2 + len(oidKerberos)
	h := []byte{0x60}
	switch {
	case n < 0x80:
		h = append(h, byte(n))
	case n < 0x100:
		h = append(h, 0x81, byte(n))
	case n < 0x10000:
		h = append(h, 0x82, byte(n>>8), byte(n))
	case n < 0x1000000:
		h = append(h, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		h = append(h, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(append(h, 6, byte(len(oidKerberos))), oidKerberos...)
}

// makeToken puts the frame and the token id before a message.
func makeToken(id uint16, inner []byte) []byte {
	h := frameHeader(2 + len(inner))
	return slices.Concat(h, []byte{byte(id >> 8), byte(id)}, inner)
}
