package kerberos

import (
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"golang.org/x/crypto/cryptobyte"
)

// encryptedData is EncryptedData (RFC 4120 section 5.2.9).
type encryptedData struct {
	etype  EncryptionType
	kvno   uint32 // 0 where there is none
	cipher []byte
}

func readEncryptedData(s *cryptobyte.String, e *encryptedData) bool {
	var seq, c cryptobyte.String
	var etype int32
	if !readSequence(s, &seq) || !readInt32(&seq, 0, &etype) ||
		!readOptionalUint32(&seq, 1, &e.kvno) || !readOctets(&seq, 2, &c) {
		return false
	}
	e.etype, e.cipher = EncryptionType(etype), c
	return true
}

func (e encryptedData) add(b *cryptobyte.Builder) {
	b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
		addInt(b, 0, int64(e.etype))
		if e.kvno != 0 {
			addInt(b, 1, int64(e.kvno))
		}
		addOctets(b, 2, e.cipher)
	})
}

// rc4Overhead is a checksum of 16 bytes and a confounder of 8 (RFC 4757
// section 5).
const rc4Overhead = 24

// decrypt returns the plain text of e; e stays as it is.
func (e encryptedData) decrypt(k Key, usage uint32) ([]byte, error) {
	if e.etype != k.Type {
		return nil, fmt.Errorf("%w: encrypted with %s, not with a %s", ErrIntegrity, e.etype, k)
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	if k.Type == RC4 {
		if len(e.cipher) < rc4Overhead {
			return nil, malformed("cipher text is too short")
		}
		plain, err := crypto.RC4HMAC{}.DecryptMessage(k.Value, e.cipher, usage)
		if err != nil {
			return nil, ErrIntegrity
		}
		return plain, nil
	}
	u, err := newUsageKey(k, usage)
	if err != nil {
		return nil, err
	}
	return u.open(append([]byte(nil), e.cipher...))
}

// encrypt makes encryptedData of a plain text.
func encrypt(k Key, usage, kvno uint32, plain []byte) (encryptedData, error) {
	e := encryptedData{etype: k.Type, kvno: kvno}
	if err := k.check(); err != nil {
		return e, err
	}
	if k.Type == RC4 {
		_, c, err := crypto.RC4HMAC{}.EncryptMessage(k.Value, plain, usage)
		e.cipher = c
		return e, err
	}
	u, err := newUsageKey(k, usage)
	if err != nil {
		return e, err
	}
	e.cipher = make([]byte, len(plain)+u.overhead())
	copy(e.cipher[block:], plain)
	u.seal(e.cipher)
	return e, nil
}
