package credssp

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	encoding "encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// binding makes what is in pubKeyAuth (MS-CSSP 3.1.5): what both sides know of
// the TLS session, in one form for each direction.
type binding struct {
	version int
	key     []byte // subjectPublicKey
	nonce   []byte // the client's, from version 5 on
}

// ofClient is what the client says. Up to version 4 it is the key itself.
func (b binding) ofClient() []byte {
	if b.version < 5 {
		return bytes.Clone(b.key)
	}
	return b.hash("CredSSP Client-To-Server Binding Hash\x00")
}

// ofServer is what the server says. Up to version 4 it is the key, with one
// added to the first byte so that it is not what the client said.
func (b binding) ofServer() []byte {
	if b.version < 5 {
		key := bytes.Clone(b.key)
		if len(key) > 0 {
			key[0]++
		}
		return key
	}
	return b.hash("CredSSP Server-To-Client Binding Hash\x00")
}

func (b binding) hash(magic string) []byte {
	h := sha256.New()
	h.Write([]byte(magic))
	h.Write(b.nonce)
	h.Write(b.key)
	return h.Sum(nil)
}

// check refuses a nonce where there should be none, and the other way round.
func (b binding) check() error {
	if (b.version >= 5) != (len(b.nonce) == nonceSize) {
		return malformed("clientNonce")
	}
	return nil
}

// same compares what was awaited with what came.
func same(want, got []byte) bool { return subtle.ConstantTimeCompare(want, got) == 1 }

// subjectPublicKey is the key of a certificate in the form that is bound: the
// content of the BIT STRING, which is RSAPublicKey of PKCS #1 for RSA.
func subjectPublicKey(certificate *x509.Certificate) ([]byte, error) {
	s := cryptobyte.String(certificate.RawSubjectPublicKeyInfo)
	var info, algorithm cryptobyte.String
	var key encoding.BitString
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1(&algorithm, asn1.SEQUENCE) ||
		!info.ReadASN1BitString(&key) || key.BitLength%8 != 0 || len(key.Bytes) == 0 {
		return nil, errors.New("credssp: certificate without a public key")
	}
	return bytes.Clone(key.Bytes), nil
}

// leafKey is the key of a TLS certificate.
func leafKey(c *tls.Certificate) ([]byte, error) {
	if c == nil || len(c.Certificate) == 0 {
		return nil, errors.New("credssp: no certificate")
	}
	leaf := c.Leaf
	if leaf == nil {
		var err error
		if leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return nil, err
		}
	}
	return subjectPublicKey(leaf)
}
