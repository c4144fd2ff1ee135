package kerberos

import (
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// Key is an EncryptionKey (RFC 4120 section 5.2.9).
type Key struct {
	Type  EncryptionType
	Value []byte
}

// String names the type only, so that no log gets the key.
func (k Key) String() string { return k.Type.String() + " key" }

// GoString is for %#v, which must not print the key either.
func (k Key) GoString() string { return k.String() }

// check finds keys that do not fit their type.
func (k Key) check() error {
	size := 16
	if k.Type != RC4 {
		p, err := k.Type.profile()
		if err != nil {
			return err
		}
		size = p.keySize
	}
	if len(k.Value) != size {
		return malformed(fmt.Sprintf("%s has %d bytes", k, len(k.Value)))
	}
	return nil
}

// newKey makes a random key.
func newKey(e EncryptionType) (Key, error) {
	size := 16
	if e != RC4 {
		p, err := e.profile()
		if err != nil {
			return Key{}, err
		}
		size = p.keySize
	}
	k := Key{Type: e, Value: make([]byte, size)}
	rand.Read(k.Value) // crypto/rand never fails
	return k, nil
}

// readKey reads an EncryptionKey.
func readKey(s *cryptobyte.String, k *Key) bool {
	var seq, value cryptobyte.String
	var keytype int32
	if !readSequence(s, &seq) || !readInt32(&seq, 0, &keytype) || !readOctets(&seq, 1, &value) {
		return false
	}
	*k = Key{Type: EncryptionType(keytype), Value: value}
	return true
}

// addKey writes an EncryptionKey.
func addKey(b *cryptobyte.Builder, k Key) {
	b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
		addInt(b, 0, int64(k.Type))
		addOctets(b, 1, k.Value)
	})
}
