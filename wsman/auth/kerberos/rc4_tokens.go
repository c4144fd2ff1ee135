package kerberos

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"encoding/binary"
	"slices"
)

// The parts of an RC4 token behind its frame (RFC 4757 sections 7.2 and 7.3), in
// bytes: a header, an encrypted sequence number and a checksum of 8 each, and a
// confounder of 8 where it is a wrap token.
const (
	rc4MICSize  = 24
	rc4WrapSize = 32
)

// rc4Tokens are the tokens of RFC 4757, which have the form of RFC 1964's. Where
// the text is not encrypted the sequence number is not protected: who stands
// between can change its bits. That is so in the protocol, and one of the reasons
// for which RC4 is off. WinRM's messages are encrypted.
type rc4Tokens struct {
	key      []byte
	acceptor bool
}

func newRC4Tokens(p parameters) (*rc4Tokens, error) {
	if p.flags.Has(FlagDCEStyle) {
		return nil, unsupported("DCE style with RC4")
	}
	return &rc4Tokens{key: p.key.Value, acceptor: p.acceptor}, p.key.check()
}

func hmacMD5(key []byte, parts ...[]byte) []byte {
	m := hmac.New(md5.New, key)
	for _, part := range parts {
		m.Write(part)
	}
	return m.Sum(nil)
}

func little32(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

// xorRC4 encrypts or decrypts parts with one key stream, in place.
func xorRC4(key []byte, parts ...[]byte) {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // the key is an MD5, 16 bytes
	}
	for _, part := range parts {
		c.XORKeyStream(part, part)
	}
}

// checksum is SGN_CKSUM. The usage is 15 for a MIC, 13 for a wrap token.
func (t *rc4Tokens) checksum(usage uint32, header []byte, parts ...[]byte) []byte {
	h := md5.New()
	h.Write(little32(usage))
	h.Write(header)
	for _, part := range parts {
		h.Write(part)
	}
	return hmacMD5(hmacMD5(t.key, []byte("signaturekey\x00")), h.Sum(nil))[:8]
}

// side is the second half of a sequence number: who sent it.
func side(acceptor bool) uint32 {
	if acceptor {
		return 0xffffffff
	}
	return 0
}

// putNumber encrypts a sequence number, which depends on the checksum.
func (t *rc4Tokens) putNumber(n uint64, sum []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(n))
	b = binary.BigEndian.AppendUint32(b, side(t.acceptor))
	xorRC4(hmacMD5(hmacMD5(t.key, little32(0)), sum), b)
	return b
}

func (t *rc4Tokens) number(encrypted, sum []byte) (uint64, error) {
	b := slices.Clone(encrypted)
	xorRC4(hmacMD5(hmacMD5(t.key, little32(0)), sum), b)
	if binary.BigEndian.Uint32(b[4:]) != side(!t.acceptor) {
		return 0, ErrIntegrity
	}
	return uint64(binary.BigEndian.Uint32(b)), nil
}

// textKey is the key that texts are encrypted with.
func (t *rc4Tokens) textKey(n uint64) []byte {
	local := slices.Clone(t.key)
	for i := range local {
		local[i] ^= 0xf0
	}
	return hmacMD5(hmacMD5(local, little32(0)), binary.BigEndian.AppendUint32(nil, uint32(n)))
}

func rc4WrapHeader(confidential bool) []byte {
	if confidential {
		return []byte{2, 1, 0x11, 0, 0x10, 0, 0xff, 0xff}
	}
	return []byte{2, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff}
}

// rc4Padding is the one byte of padding behind a text (RFC 1964 section 1.2.2.3:
// a cipher with blocks of one byte has always one block of it).
var rc4Padding = []byte{1}

// seal makes a token without padding: Windows sends none in WinRM, so pyspnego
// does not look for it and would take it for text.
func (t *rc4Tokens) seal(n uint64, plain []byte) (header, sealed []byte) {
	return t.make(n, slices.Clone(plain), true)
}

// make encrypts padded in place.
func (t *rc4Tokens) make(n uint64, padded []byte, confidential bool) (header, sealed []byte) {
	n &= 0xffffffff
	head := rc4WrapHeader(confidential)
	var confounder [8]byte
	rand.Read(confounder[:]) // crypto/rand never fails
	sum := t.checksum(13, head, confounder[:], padded)
	if confidential {
		xorRC4(t.textKey(n), confounder[:], padded)
	}
	return slices.Concat(frameHeader(rc4WrapSize+len(padded)), head, t.putNumber(n, sum), sum, confounder[:]), padded
}

// unseal takes tokens with and without padding: pypsrp's have it. A message that
// ends with that byte would lose it, but text in XML does not.
func (t *rc4Tokens) unseal(header, sealed []byte) (uint64, []byte, error) {
	n, text, confidential, err := t.open(slices.Concat(header, sealed))
	if err == nil && !confidential {
		err = ErrIntegrity
	}
	if err != nil {
		return 0, nil, err
	}
	return n, bytes.TrimSuffix(text, rc4Padding), nil
}

func (t *rc4Tokens) wrap(n uint64, plain []byte, confidential bool) ([]byte, error) {
	header, sealed := t.make(n, slices.Concat(plain, rc4Padding), confidential)
	return append(header, sealed...), nil
}

func (t *rc4Tokens) unwrap(token []byte) (uint64, []byte, bool, error) {
	n, text, confidential, err := t.open(token)
	if err != nil {
		return 0, nil, false, err
	}
	plain, ok := bytes.CutSuffix(text, rc4Padding)
	if !ok {
		return 0, nil, false, malformed("padding of a wrap token")
	}
	return n, plain, confidential, nil
}

// open checks a token and returns its text with what padding there is.
func (t *rc4Tokens) open(token []byte) (uint64, []byte, bool, error) {
	b, err := readFrame(token)
	if err != nil {
		return 0, nil, false, err
	}
	if len(b) < rc4WrapSize {
		return 0, nil, false, malformed("wrap token")
	}
	head, encrypted, sum := b[:8], b[8:16], b[16:24]
	confidential := slices.Equal(head, rc4WrapHeader(true))
	if !confidential && !slices.Equal(head, rc4WrapHeader(false)) {
		return 0, nil, false, malformed("wrap token")
	}
	n, err := t.number(encrypted, sum)
	if err != nil {
		return 0, nil, false, err
	}
	text := slices.Clone(b[24:]) // the confounder and what follows
	if confidential {
		xorRC4(t.textKey(n), text)
	}
	if !equalMAC(sum, t.checksum(13, head, text)) {
		return 0, nil, false, ErrIntegrity
	}
	return n, text[8:], confidential, nil
}

func (t *rc4Tokens) mic(n uint64, message []byte) ([]byte, error) {
	head := []byte{1, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff}
	sum := t.checksum(15, head, message)
	return slices.Concat(frameHeader(rc4MICSize), head, t.putNumber(n, sum), sum), nil
}

func (t *rc4Tokens) verify(message, mic []byte) (uint64, error) {
	b, err := readFrame(mic)
	if err != nil {
		return 0, err
	}
	if len(b) != rc4MICSize || !slices.Equal(b[:8], []byte{1, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff}) {
		return 0, malformed("MIC token")
	}
	if !equalMAC(b[16:], t.checksum(15, b[:8], message)) {
		return 0, ErrIntegrity
	}
	return t.number(b[8:16], b[16:])
}
