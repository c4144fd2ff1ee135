package xpress

import "encoding/binary"

// match reads what follows the symbol 256 + v: first length bytes, if v asks
// for them, then the bits of the offset. At least 16 bits are in the register.
func (d *decoder) match(v uint) (length, offset int, reason string) {
	length = int(v % 16)
	if length == longNibble {
		if length, reason = d.longLength(); reason != "" {
			return 0, 0, reason
		}
	}
	n := v / 16
	offset = 1<<n | int(d.reg>>1>>(63-n))
	d.reg <<= n
	d.have -= n
	return length + minMatch, offset, ""
}

// longLength reads the bytes of a length that does not fit its nibble. They
// are where a reader with a 32-bit register would take its next word, so what
// was read beyond that is given back first. That leaves 16 bits or more.
func (d *decoder) longLength() (length int, reason string) {
	d.pos = d.model()
	d.have = 16 + d.have%16
	d.reg = d.reg >> (64 - d.have) << (64 - d.have)

	if b, ok := d.lengthBytes(1); !ok {
		return 0, reasonShort
	} else if b < longByte {
		return int(b) + longNibble, ""
	}
	n, ok := d.lengthBytes(2)
	if ok && n == 0 {
		n, ok = d.lengthBytes(4)
	}
	switch {
	case !ok:
		return 0, reasonShort
	case n < longNibble:
		return 0, reasonLong
	case n > maxChunk:
		return 0, reasonLength
	}
	return int(n), ""
}

// lengthBytes takes a little-endian number of 1, 2 or 4 bytes off the input.
func (d *decoder) lengthBytes(size int) (n uint32, ok bool) {
	if d.pos+size > len(d.in) {
		return 0, false
	}
	var b [4]byte
	copy(b[:], d.in[d.pos:d.pos+size])
	d.pos += size
	return binary.LittleEndian.Uint32(b[:]), true
}

// copyMatch copies length bytes within out, from offset before pos to pos.
func copyMatch(out []byte, pos, length, offset int) (reason string) {
	from, end := pos-offset, pos+length
	if from < 0 {
		return reasonOffset
	}
	if end > len(out) {
		return reasonLength
	}
	// Where the two ranges overlap, the bytes from `from` to pos repeat: each
	// round copies all that there is of them and so doubles it.
	for pos < end {
		pos += copy(out[pos:end], out[from:pos])
	}
	return ""
}
