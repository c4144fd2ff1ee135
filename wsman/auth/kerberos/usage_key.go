package kerberos

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"hash"
)

// usageKey encrypts with an AES key for one key usage (RFC 3961 section 5.3,
// RFC 8009 section 5). It is used by one goroutine at a time.
type usageKey struct {
	profile
	cipher cipher.Block
	mac    hash.Hash
	sum    []byte
}

func newUsageKey(k Key, usage uint32) (*usageKey, error) {
	p, err := k.Type.profile()
	if err != nil {
		return nil, err
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	ke, err := derive(k, usage, forEncryption)
	if err != nil {
		return nil, err
	}
	ki, err := derive(k, usage, forIntegrity)
	if err != nil {
		return nil, err
	}
	c, err := aes.NewCipher(ke)
	if err != nil {
		return nil, err
	}
	return &usageKey{profile: p, cipher: c, mac: hmac.New(p.hash, ki)}, nil
}

// overhead is by how many bytes a cipher text is longer than its plain text:
// the confounder before it and the MAC behind it.
func (u *usageKey) overhead() int { return block + u.macSize }

// seal encrypts in place. The plain text has room for the confounder before it
// and for the MAC behind it.
func (u *usageKey) seal(buf []byte) {
	text, mac := buf[:len(buf)-u.macSize], buf[len(buf)-u.macSize:]
	rand.Read(text[:block]) // crypto/rand never fails
	if !u.overCipher {
		copy(mac, u.authenticate(text))
	}
	encryptCTS(u.cipher, text)
	if u.overCipher {
		copy(mac, u.authenticate(text))
	}
}

// open decrypts in place and returns the plain text, which is a part of buf.
func (u *usageKey) open(buf []byte) ([]byte, error) {
	if len(buf) < u.overhead() {
		return nil, malformed("cipher text is too short")
	}
	text, mac := buf[:len(buf)-u.macSize], buf[len(buf)-u.macSize:]
	if u.overCipher && !hmac.Equal(mac, u.authenticate(text)) {
		return nil, ErrIntegrity
	}
	decryptCTS(u.cipher, text)
	if !u.overCipher && !hmac.Equal(mac, u.authenticate(text)) {
		clear(text) // nobody reads what was not checked
		return nil, ErrIntegrity
	}
	return text[block:], nil
}

// authenticate returns the MAC of a text; it is valid until the next call.
func (u *usageKey) authenticate(text []byte) []byte {
	u.mac.Reset()
	if u.overCipher {
		var iv [block]byte
		u.mac.Write(iv[:])
	}
	u.mac.Write(text)
	u.sum = u.mac.Sum(u.sum[:0])
	return u.sum[:u.macSize]
}

// checksumKey makes checksums with an AES key for one key usage (RFC 3961
// section 5.4). It is used by one goroutine at a time.
type checksumKey struct {
	mac  hash.Hash
	size int
}

func newChecksumKey(k Key, usage uint32) (*checksumKey, error) {
	p, err := k.Type.profile()
	if err != nil {
		return nil, err
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	kc, err := derive(k, usage, forChecksum)
	if err != nil {
		return nil, err
	}
	return &checksumKey{mac: hmac.New(p.hash, kc), size: p.macSize}, nil
}

// sum appends the checksum of parts, one behind the other, to dst.
func (c *checksumKey) sum(dst []byte, parts ...[]byte) []byte {
	c.mac.Reset()
	for _, part := range parts {
		c.mac.Write(part)
	}
	return c.mac.Sum(dst)[:len(dst)+c.size]
}
