package clixml

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
)

// SecureString is declared in value.go. In a message it is base64 of what a
// SessionKey encrypts; in a file it is whatever the writer's system protects it
// with (DPAPI in hexadecimal on Windows, nothing at all elsewhere). This
// package does not look into it: without the key it goes through as it came.

// SessionKey encrypts and decrypts SecureStrings (2.2.5.1.24) with the key that
// client and server have agreed on (ENCRYPTED_SESSION_KEY, 2.2.2.4). It may be
// used by several goroutines.
type SessionKey struct{ block cipher.Block }

// ErrSecureString says that a SecureString is not what this session's key has
// encrypted.
var ErrSecureString = errors.New("the SecureString was not encrypted with the key of this session")

// NewSessionKey takes the 32 bytes of an AES-256 key.
func NewSessionKey(key []byte) (*SessionKey, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("a session key has 32 bytes, not %d", len(key))
	}
	block, err := aes.NewCipher(key)
	return &SessionKey{block: block}, err
}

// Encrypt encrypts the UTF-16 of a text. As the protocol has no salt, equal
// texts become equal SecureStrings.
func (k *SessionKey) Encrypt(plain string) SecureString {
	units := utf16Units(plain)
	padding := aes.BlockSize - 2*len(units)%aes.BlockSize
	b := make([]byte, 0, 2*len(units)+padding)
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	for range padding {
		b = append(b, byte(padding))
	}
	cipher.NewCBCEncrypter(k.block, make([]byte, aes.BlockSize)).CryptBlocks(b, b)
	return SecureString(base64.StdEncoding.EncodeToString(b))
}

// Decrypt is the inverse of Encrypt. The error is ErrSecureString; it does not
// tell a wrong key from wrong padding.
func (k *SessionKey) Decrypt(s SecureString) (string, error) {
	b, err := base64.StdEncoding.DecodeString(string(s))
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return "", ErrSecureString
	}
	cipher.NewCBCDecrypter(k.block, make([]byte, aes.BlockSize)).CryptBlocks(b, b)
	padding := int(b[len(b)-1])
	if padding == 0 || padding > aes.BlockSize || padding%2 != 0 {
		return "", ErrSecureString
	}
	for _, c := range b[len(b)-padding:] {
		if int(c) != padding {
			return "", ErrSecureString
		}
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b)-padding; i += 2 {
		units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
	}
	return stringOfUnits(units), nil
}
