package ntlm

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"fmt"

	//lint:ignore SA1019 MD4 is what an NT hash is
	"golang.org/x/crypto/md4" //nolint:staticcheck // MD4 is what an NT hash is
)

// Hash is an NT hash: MD4 of the password. It is worth as much as the password.
type Hash [16]byte

// NewHash returns the NT hash of a password (NTOWFv1 in MS-NLMP 3.3.1).
func NewHash(password string) (h Hash) {
	sum := md4.New()
	sum.Write(appendUTF16(nil, password))
	sum.Sum(h[:0])
	return h
}

// String does not say the hash.
func (Hash) String() string { return "(NT hash)" }

// Format does not say it either, whatever the verb.
func (h Hash) Format(f fmt.State, _ rune) { fmt.Fprint(f, h.String()) }

// responseKey is what a user's responses are made with (NTOWFv2 in MS-NLMP
// 3.3.2). User and domain are as the client sent them.
func responseKey(hash Hash, user, domain string) [16]byte {
	text := appendUTF16(nil, upper(user))
	return hmacMD5(hash[:], appendUTF16(text, domain))
}

// prove makes NTProofStr of the server's challenge and the client's blob
// (MS-NLMP 3.3.2).
func prove(responseKey [16]byte, challenge [8]byte, blob []byte) [16]byte {
	return hmacMD5(responseKey[:], challenge[:], blob)
}

// sessionBaseKey is the key that proof and response key give. With NTLMv2 it is
// KeyExchangeKey, too (MS-NLMP 3.4.5.1).
func sessionBaseKey(responseKey, proof [16]byte) [16]byte {
	return hmacMD5(responseKey[:], proof[:])
}

// exchangeKey encrypts or decrypts the session key that a client chose (RC4K in
// MS-NLMP 3.1.5.1.2).
func exchangeKey(keyExchangeKey, key [16]byte) (out [16]byte, err error) {
	c, err := rc4.NewCipher(keyExchangeKey[:])
	if err != nil {
		return out, fmt.Errorf("ntlm: %w", err)
	}
	c.XORKeyStream(out[:], key[:])
	return out, nil
}

func hmacMD5(key []byte, data ...[]byte) (sum [16]byte) {
	mac := hmac.New(md5.New, key)
	for _, d := range data {
		mac.Write(d)
	}
	mac.Sum(sum[:0])
	return sum
}
