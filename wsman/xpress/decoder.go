package xpress

import (
	"encoding/binary"
	"math/bits"
)

// decoder is the working memory of one stream's decompression.
//
// MS-XCA 2.2.4 describes a 32-bit register that is topped up by 16-bit words
// when fewer than 16 bits are left, and takes length bytes from where the next
// word would come from. The register here has 64 bits and reads further ahead;
// model says where the described one would stand.
type decoder struct {
	table decodeTable
	in    []byte
	// pos is where the next word is read. It goes beyond the input when words
	// that are not there were read as zero.
	pos int
	// reg holds the next have bits at its upper end, zeros below them.
	reg  uint64
	have uint
}

const (
	reasonShort  = "the Huffman stream is cut short"
	reasonOffset = "a match starts before the chunk"
	reasonLength = "a match ends after the chunk"
	reasonLong   = "a match length has the wrong form"
)

// stream decompresses the stream in (minStream bytes or more), which must yield
// exactly len(out) bytes (1..maxChunk). The reason is empty on success; else bad is the offset in in.
func (d *decoder) stream(out, in []byte) (bad int, reason string) {
	if reason = d.table.init((*[tableSize]byte)(in)); reason != "" {
		return 0, reason
	}
	d.in, d.pos, d.reg, d.have = in, tableSize, 0, 0
	reason = d.symbols(out)
	d.in = nil // the pool must not keep the caller's bytes
	bad = d.model()
	if reason == "" && bad > len(in) {
		reason = reasonShort
	}
	return min(bad, len(in)), reason
}

// symbols decodes until out is full. It may have read beyond the input; the
// caller looks at model.
func (d *decoder) symbols(out []byte) (reason string) {
	for pos := 0; ; {
		var symbol uint
		if symbol, pos = d.literals(out, pos); symbol < firstMatch {
			return ""
		}
		length, offset, reason := d.match(symbol - firstMatch)
		if reason == "" {
			reason = copyMatch(out, pos, length, offset)
		}
		if reason != "" {
			if d.model() > len(d.in) {
				return reasonShort // the cause; the rest is what zeros say
			}
			return reason
		}
		pos += length
	}
}

// literals decodes literals to out from pos, until a match comes, which it
// returns with at least 16 bits in the register, or until out is full, which
// it reports by any other symbol. It keeps the register in local variables,
// which is half of the speed.
func (d *decoder) literals(out []byte, pos int) (symbol uint, end int) {
	reg, have := d.reg, d.have
	for pos < len(out) {
		if have < 32 { // a code and an offset take up to 30
			d.reg, d.have = reg, have
			d.fill()
			reg, have = d.reg, d.have
		}
		entry := d.table.fast[reg>>(64-fastBits)]
		n := uint(entry & 15)
		symbol = uint(entry >> 4)
		if n == 0 {
			symbol, n = d.table.long(uint32(reg >> (64 - maxCodeLen)))
		}
		reg <<= n
		have -= n
		if symbol >= firstMatch {
			d.reg, d.have = reg, have
			return symbol, pos
		}
		out[pos] = byte(symbol)
		pos++
	}
	d.reg, d.have = reg, have
	return 0, pos
}

// fill raises have, which is below 32, to 32 or more.
func (d *decoder) fill() {
	if d.pos+4 <= len(d.in) {
		// Rotated, the first of the two words is the upper one.
		words := bits.RotateLeft32(binary.LittleEndian.Uint32(d.in[d.pos:]), 16)
		d.reg |= uint64(words) << (32 - d.have)
		d.have += 32
		d.pos += 4
		return
	}
	for d.have < 32 {
		var word uint16
		if d.pos+2 <= len(d.in) {
			word = binary.LittleEndian.Uint16(d.in[d.pos:])
		}
		d.reg |= uint64(word) << (48 - d.have)
		d.have += 16
		d.pos += 2
	}
}

// model returns the position of the next word for a reader with a 32-bit
// register, which holds 16 to 31 bits after any symbol.
func (d *decoder) model() int {
	return d.pos - (int(d.have)-int(16+d.have%16))/8
}
