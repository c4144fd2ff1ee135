package credssp

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The kinds of credentials (credType in MS-CSSP 2.2.1.2).
const (
	kindPassword    = 1
	kindSmartCard   = 2
	kindRemoteGuard = 6
)

// DecodeTSCredentials reads TSCredentials with TSPasswordCreds in them (MS-CSSP
// 2.2.1.2 and 2.2.1.2.1). Nothing of b is kept, so that it can be overwritten.
// The error is ErrRequest, or ErrCredentials for smart cards and Remote
// Credential Guard.
func DecodeTSCredentials(b []byte) (*Credentials, error) {
	s, ok := readSequence(b)
	if !ok {
		return nil, malformed("TSCredentials")
	}
	kind, ok := readInt(&s, 0)
	if !ok {
		return nil, malformed("credType")
	}
	content, ok := readOctets(&s, 1, maxSealedCredentials)
	if !ok || !s.Empty() {
		return nil, malformed("credentials")
	}
	switch kind {
	case kindPassword:
		return decodePassword(content)
	case kindSmartCard:
		return nil, fmt.Errorf("%w: smart card", ErrCredentials)
	case kindRemoteGuard:
		return nil, fmt.Errorf("%w: Remote Credential Guard", ErrCredentials)
	}
	return nil, fmt.Errorf("%w: credType %d", ErrCredentials, kind)
}

// decodePassword reads TSPasswordCreds. All three are UTF-16.
func decodePassword(b []byte) (*Credentials, error) {
	s, ok := readSequence(b)
	if !ok {
		return nil, malformed("TSPasswordCreds")
	}
	var parts [3][]byte
	for n, limit := range []int{maxName, maxName, maxPassword} {
		field, ok := readOctets(&s, uint8(n), limit)
		if !ok {
			return nil, malformed("TSPasswordCreds")
		}
		if parts[n], ok = fromUTF16(field); !ok {
			return nil, malformed("UTF-16")
		}
	}
	if !s.Empty() {
		clear(parts[2])
		return nil, malformed("TSPasswordCreds")
	}
	return NewCredentials(string(parts[0]), string(parts[1]), parts[2]), nil
}

// encode writes TSCredentials into memory that is made for them at once, so
// that there is one copy to overwrite. The caller does that.
func (c *Credentials) encode() ([]byte, error) {
	var parts [3][]byte
	size := 64 // all tags and lengths
	for n, text := range [][]byte{[]byte(c.Domain()), []byte(c.User()), c.Password()} {
		parts[n] = toUTF16(text)
		size += len(parts[n])
	}
	defer clear(parts[2])
	b := cryptobyte.NewFixedBuilder(make([]byte, 0, size))
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addInt(b, 0, kindPassword)
		b.AddASN1(tag(1), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for n, part := range parts {
						addOctets(b, uint8(n), part)
					}
				})
			})
		})
	})
	return b.Bytes()
}
