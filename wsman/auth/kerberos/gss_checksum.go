package kerberos

import "encoding/binary"

// gssChecksumType is the type of the checksum in an authenticator that is no
// checksum, but GSS-API's parameters (RFC 4121 section 4.1.1).
const gssChecksumType = 0x8003

// gssChecksum is its content. Numbers are little-endian.
type gssChecksum struct {
	bindings   [16]byte // Bnd; zero without channel bindings
	flags      Flags
	delegation []byte // Deleg, a KRB-CRED; nil where there is none
}

func parseGSSChecksum(b []byte) (gssChecksum, error) {
	var c gssChecksum
	if len(b) < 24 || binary.LittleEndian.Uint32(b) != 16 {
		return c, malformed("checksum 0x8003")
	}
	copy(c.bindings[:], b[4:])
	c.flags = Flags(binary.LittleEndian.Uint32(b[20:]))
	if !c.flags.Has(FlagDelegate) {
		return c, nil // what follows are extensions
	}
	if len(b) < 28 || binary.LittleEndian.Uint16(b[24:]) != 1 {
		return c, malformed("delegation in checksum 0x8003")
	}
	n := int(binary.LittleEndian.Uint16(b[26:]))
	if len(b)-28 < n {
		return c, malformed("delegation in checksum 0x8003")
	}
	c.delegation = b[28 : 28+n : 28+n]
	return c, nil
}

func (c gssChecksum) marshal() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 16)
	b = append(b, c.bindings[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(c.flags))
	if c.flags.Has(FlagDelegate) {
		b = binary.LittleEndian.AppendUint16(b, 1)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(c.delegation)))
		b = append(b, c.delegation...)
	}
	return b
}
