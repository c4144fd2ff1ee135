package kerberos

import (
	"encoding/binary"
	"fmt"
)

// Flags of a token (RFC 4121 section 4.2.2).
const (
	sentByAcceptor = 1
	sealedToken    = 2
	acceptorSubkey = 4
)

// headerSize is the size of a token's header, in bytes (RFC 4121 sections 4.2.6.1
// and 4.2.6.2).
const headerSize = 16

// aesTokens are the tokens of RFC 4121.
type aesTokens struct {
	send, recv aesDirection
	dce        bool
}

// aesDirection is what goes from one side to the other.
type aesDirection struct {
	key       Key
	flags     byte // of the sender, without sealedToken
	sealUsage uint32
	signUsage uint32
	sealKey   *usageKey
	// Made when first needed: WinRM seals everything.
	sealSum, signSum *checksumKey
}

func newAESTokens(p parameters) (*aesTokens, error) {
	acceptor := aesDirection{key: p.key, flags: sentByAcceptor, sealUsage: usageAcceptorSeal, signUsage: usageAcceptorSign}
	initiator := aesDirection{key: p.key, sealUsage: usageInitiatorSeal, signUsage: usageInitiatorSign}
	for _, d := range []*aesDirection{&acceptor, &initiator} {
		if p.acceptorSubkey {
			d.flags |= acceptorSubkey
		}
		var err error
		if d.sealKey, err = newUsageKey(p.key, d.sealUsage); err != nil {
			return nil, err
		}
	}
	t := &aesTokens{send: initiator, recv: acceptor, dce: p.flags.Has(FlagDCEStyle)}
	if p.acceptor {
		t.send, t.recv = acceptor, initiator
	}
	return t, nil
}

// checksum returns the key for checksums: usage is one of the direction's.
func (d *aesDirection) checksum(usage uint32) (*checksumKey, error) {
	kept := &d.signSum
	if usage == d.sealUsage {
		kept = &d.sealSum
	}
	if *kept == nil {
		made, err := newChecksumKey(d.key, usage)
		if err != nil {
			return nil, err
		}
		*kept = made
	}
	return *kept, nil
}

// aesHeader is the header of a wrap token (RFC 4121 section 4.2.6.2).
type aesHeader struct {
	flags byte
	ec    uint16 // filler behind the text, or length of the checksum
	rrc   uint16 // by how much what follows was rotated to the right
	n     uint64
}

func (h aesHeader) put(b []byte) {
	b[0], b[1], b[2], b[3] = 5, 4, h.flags, 0xff
	binary.BigEndian.PutUint16(b[4:], h.ec)
	binary.BigEndian.PutUint16(b[6:], h.rrc)
	binary.BigEndian.PutUint64(b[8:], h.n)
}

// read takes the header off a token of direction d.
func (d *aesDirection) read(b []byte) (aesHeader, error) {
	var h aesHeader
	if len(b) < headerSize || b[0] != 5 || b[1] != 4 || b[3] != 0xff {
		return h, malformed("wrap token")
	}
	h = aesHeader{
		flags: b[2],
		ec:    binary.BigEndian.Uint16(b[4:]),
		rrc:   binary.BigEndian.Uint16(b[6:]),
		n:     binary.BigEndian.Uint64(b[8:]),
	}
	return h, d.checkFlags(h.flags)
}

// checkFlags refuses tokens of the wrong side (reflected ones) or of another
// key.
func (d *aesDirection) checkFlags(flags byte) error {
	if flags&^sealedToken != d.flags {
		return fmt.Errorf("%w: token has flags %#x", ErrIntegrity, flags)
	}
	return nil
}

// seal makes a token in one buffer and cuts it behind the confounder:
//
//	header 16 | filler, copy of the header, MAC | confounder 16 || text
//
// That is what is encrypted (confounder, text, filler, header) and its MAC,
// rotated so that all that is not text comes first. The filler is empty, but
// one block in DCE style, where Windows and MIT expect it and where the rotation
// count leaves it out: Windows rotates by EC and RRC together.
func (t *aesTokens) seal(n uint64, plain []byte) (header, sealed []byte) {
	if t.dce {
		return t.make(n, plain, block)
	}
	return t.make(n, plain, 0)
}

func (t *aesTokens) make(n uint64, plain []byte, filler int) (header, sealed []byte) {
	d := &t.send
	h := aesHeader{flags: d.flags | sealedToken, ec: uint16(filler), n: n}
	behind := filler + headerSize + d.sealKey.macSize
	front := headerSize + behind + block
	buf := make([]byte, front+len(plain)+behind)
	copy(buf[front:], plain)
	h.put(buf[front+len(plain)+filler:])
	d.sealKey.seal(buf[headerSize+behind:])
	copy(buf[headerSize:], buf[front+len(plain):])
	h.rrc = uint16(behind - filler)
	h.put(buf)
	return buf[:front:front], buf[front : front+len(plain) : front+len(plain)]
}

// unseal undoes seal, wherever the token is cut and however it is rotated.
func (t *aesTokens) unseal(header, sealed []byte) (uint64, []byte, error) {
	d := &t.recv
	h, err := d.read(header)
	if err != nil {
		return 0, nil, err
	}
	if h.flags&sealedToken == 0 {
		return 0, nil, fmt.Errorf("%w: message is not encrypted", ErrIntegrity)
	}
	plain, err := t.open(h, rotateLeft(header[headerSize:], sealed, t.rotation(h)))
	return h.n, plain, err
}

// rotation is by how much a token was rotated to the right.
func (t *aesTokens) rotation(h aesHeader) int {
	if t.dce && h.flags&sealedToken != 0 {
		return int(h.rrc) + int(h.ec)
	}
	return int(h.rrc)
}

// open decrypts what was rotated back, in place.
func (t *aesTokens) open(h aesHeader, text []byte) ([]byte, error) {
	plain, err := t.recv.sealKey.open(text)
	if err != nil {
		return nil, err
	}
	end := len(plain) - headerSize
	if end < int(h.ec) {
		return nil, malformed("wrap token")
	}
	// The copy that was encrypted protects the header in clear, but for RRC.
	h.rrc = 0
	var want [headerSize]byte
	h.put(want[:])
	if [headerSize]byte(plain[end:]) != want {
		return nil, fmt.Errorf("%w: header does not fit its copy", ErrIntegrity)
	}
	return plain[: end-int(h.ec) : end-int(h.ec)], nil
}

// rotateLeft joins a and b and moves the first n bytes to the end (RFC 4121
// section 4.2.5).
func rotateLeft(a, b []byte, n int) []byte {
	size := len(a) + len(b)
	out := make([]byte, 0, size)
	if size == 0 {
		return out
	}
	n %= size
	if n <= len(a) {
		return append(append(append(out, a[n:]...), b...), a[:n]...)
	}
	n -= len(a)
	return append(append(append(out, b[n:]...), a...), b[:n]...)
}

func (t *aesTokens) wrap(n uint64, plain []byte, confidential bool) ([]byte, error) {
	if confidential {
		header, sealed := t.make(n, plain, 0) // no filler in one piece: then MIT rotates by RRC alone
		return append(header, sealed...), nil
	}
	d := &t.send
	sum, err := d.checksum(d.sealUsage)
	if err != nil {
		return nil, err
	}
	// The checksum is over a header with both counts zero (section 4.2.4).
	h := aesHeader{flags: d.flags, n: n}
	token := make([]byte, headerSize, headerSize+len(plain)+sum.mac.Size())
	h.put(token)
	mac := sum.sum(nil, plain, token)
	h.ec = uint16(len(mac))
	h.put(token)
	return append(append(token, plain...), mac...), nil
}

func (t *aesTokens) unwrap(token []byte) (uint64, []byte, bool, error) {
	d := &t.recv
	h, err := d.read(token)
	if err != nil {
		return 0, nil, false, err
	}
	text := rotateLeft(token[headerSize:], nil, t.rotation(h))
	if h.flags&sealedToken != 0 {
		plain, err := t.open(h, text)
		return h.n, plain, true, err
	}
	sum, err := d.checksum(d.sealUsage)
	if err != nil {
		return 0, nil, false, err
	}
	if int(h.ec) != sum.size || len(text) < sum.size {
		return 0, nil, false, malformed("wrap token")
	}
	plain, mac := text[:len(text)-sum.size], text[len(text)-sum.size:]
	h.ec, h.rrc = 0, 0
	var head [headerSize]byte
	h.put(head[:])
	if !equalMAC(mac, sum.sum(nil, plain, head[:])) {
		return 0, nil, false, ErrIntegrity
	}
	return h.n, plain, false, nil
}
