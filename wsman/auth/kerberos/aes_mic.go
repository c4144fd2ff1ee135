package kerberos

import (
	"crypto/hmac"
	"encoding/binary"
)

// mic makes a MIC token (RFC 4121 section 4.2.6.1): its checksum is over the
// message and the token's header.
func (t *aesTokens) mic(n uint64, message []byte) ([]byte, error) {
	d := &t.send
	sum, err := d.checksum(d.signUsage)
	if err != nil {
		return nil, err
	}
	head := []byte{4, 4, d.flags, 0xff, 0xff, 0xff, 0xff, 0xff}
	head = binary.BigEndian.AppendUint64(head, n)
	return sum.sum(head, message, head), nil
}

func (t *aesTokens) verify(message, mic []byte) (uint64, error) {
	d := &t.recv
	if len(mic) < headerSize || mic[0] != 4 || mic[1] != 4 || [5]byte(mic[3:]) != [5]byte{0xff, 0xff, 0xff, 0xff, 0xff} {
		return 0, malformed("MIC token")
	}
	if mic[2]&sealedToken != 0 {
		return 0, malformed("MIC token")
	}
	if err := d.checkFlags(mic[2]); err != nil {
		return 0, err
	}
	sum, err := d.checksum(d.signUsage)
	if err != nil {
		return 0, err
	}
	if !equalMAC(mic[headerSize:], sum.sum(nil, message, mic[:headerSize])) {
		return 0, ErrIntegrity
	}
	return binary.BigEndian.Uint64(mic[8:]), nil
}

// equalMAC compares in a time that does not depend on what is compared.
func equalMAC(a, b []byte) bool { return hmac.Equal(a, b) }
