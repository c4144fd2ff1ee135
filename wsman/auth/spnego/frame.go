package spnego

import (
	"golang.org/x/crypto/cryptobyte"
)

// Unframe takes the framing of a first token apart: whose it is, and what is in
// it (InitialContextToken, RFC 2743 section 3.1). The inner token is part of
// the token. The error is ErrToken.
func Unframe(token []byte) (oid string, inner []byte, err error) {
	s := cryptobyte.String(token)
	var content cryptobyte.String
	if len(token) > MaxToken || !s.ReadASN1(&content, application) || !s.Empty() {
		return "", nil, malformed("framing")
	}
	oid, ok := readOID(&content)
	if !ok {
		return "", nil, malformed("name of the mechanism")
	}
	return oid, content, nil
}

// Frame puts a first token into its framing. It fails if oid is none.
func Frame(oid string, inner []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(application, func(b *cryptobyte.Builder) {
		addOID(b, oid)
		b.AddBytes(inner)
	})
	return b.Bytes()
}
