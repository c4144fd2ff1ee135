package kerberos

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
)

// EncryptionType is a number of IANA's registry "Kerberos Encryption Type
// Numbers".
type EncryptionType int32

// The types that this package knows.
const (
	AES128SHA1 EncryptionType = 17 // aes128-cts-hmac-sha1-96, RFC 3962
	AES256SHA1 EncryptionType = 18 // aes256-cts-hmac-sha1-96, RFC 3962
	AES128SHA2 EncryptionType = 19 // aes128-cts-hmac-sha256-128, RFC 8009
	AES256SHA2 EncryptionType = 20 // aes256-cts-hmac-sha384-192, RFC 8009
	RC4        EncryptionType = 23 // rc4-hmac, RFC 4757; broken
)

// AESTypes are the types that are permitted unless something else is asked for.
func AESTypes() []EncryptionType {
	return []EncryptionType{AES256SHA2, AES128SHA2, AES256SHA1, AES128SHA1}
}

// String returns the registry's name.
func (e EncryptionType) String() string {
	switch e {
	case AES128SHA1:
		return "aes128-cts-hmac-sha1-96"
	case AES256SHA1:
		return "aes256-cts-hmac-sha1-96"
	case AES128SHA2:
		return "aes128-cts-hmac-sha256-128"
	case AES256SHA2:
		return "aes256-cts-hmac-sha384-192"
	case RC4:
		return "rc4-hmac"
	}
	return fmt.Sprintf("encryption type %d", int32(e))
}

// profile is what an AES encryption type is made of (RFC 3962 section 6, RFC
// 8009 section 5). Sizes are in bytes.
type profile struct {
	keySize int
	macSize int
	hash    func() hash.Hash
	// overCipher is true where the MAC is over a zero IV and the cipher text
	// (RFC 8009 section 5), not over the plain text.
	overCipher bool
}

// profile returns it. RC4 has none: it is not of the simplified profile of RFC 3961.
func (e EncryptionType) profile() (profile, error) {
	switch e {
	case AES128SHA1:
		return profile{keySize: 16, macSize: 12, hash: sha1.New}, nil
	case AES256SHA1:
		return profile{keySize: 32, macSize: 12, hash: sha1.New}, nil
	case AES128SHA2:
		return profile{keySize: 16, macSize: 16, hash: sha256.New, overCipher: true}, nil
	case AES256SHA2:
		return profile{keySize: 32, macSize: 24, hash: sha512.New384, overCipher: true}, nil
	}
	return profile{}, fmt.Errorf("%w: %s", ErrEncryptionType, e)
}
