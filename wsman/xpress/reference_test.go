package xpress

import (
	"encoding/binary"
	"errors"
	"slices"
)

var errReference = errors.New("reference: malformed")

// reference is a decoder of one stream that follows MS-XCA 2.2.4 to the letter
// and is as slow as that: a 32-bit register, one bit at a time, byte by byte.
type reference struct {
	in    []byte
	pos   int
	reg   uint32
	extra int
	bad   bool
}

func referenceDecode(in []byte, size int) ([]byte, error) {
	if len(in) < tableSize {
		return nil, errReference
	}
	codes, ok := referenceCodes(in[:tableSize])
	if !ok {
		return nil, errReference
	}
	r := &reference{in: in, pos: tableSize, extra: 16}
	r.reg = r.number(2) << 16
	r.reg |= r.number(2)
	var out []byte
	for len(out) < size && !r.bad {
		symbol := r.symbol(codes)
		if symbol < firstMatch {
			out = append(out, byte(symbol))
			continue
		}
		length := r.length(symbol & 15)
		width := (symbol - firstMatch) >> 4
		offset := 1<<width + r.bits(width)
		if r.bad || offset > len(out) || length > size-len(out) {
			return nil, errReference
		}
		for range length {
			out = append(out, out[len(out)-offset])
		}
	}
	if r.bad {
		return nil, errReference
	}
	return out, nil
}

// referenceCodes maps 1<<length | code to symbols.
func referenceCodes(table []byte) (map[int]int, bool) {
	type entry struct{ length, symbol int }
	var used []entry
	kraft := 0
	for symbol := range numSymbols {
		if n := int(table[symbol/2] >> (symbol % 2 * 4) & 15); n != 0 {
			used = append(used, entry{n, symbol})
			kraft += 1 << (maxCodeLen - n)
		}
	}
	slices.SortFunc(used, func(a, b entry) int {
		return (a.length-b.length)*numSymbols + a.symbol - b.symbol
	})
	codes := make(map[int]int)
	code, length := 0, 0
	for _, e := range used {
		code <<= e.length - length
		length = e.length
		codes[1<<length|code] = e.symbol
		code++
	}
	return codes, kraft == 1<<maxCodeLen
}

func (r *reference) symbol(codes map[int]int) int {
	// All bits of a code are consumed at once, as the words between them and
	// the length bytes depend on it.
	for n := 1; n <= maxCodeLen; n++ {
		if symbol, ok := codes[1<<n|int(r.reg>>(32-n))]; ok {
			r.bits(n)
			return symbol
		}
	}
	panic("a complete code has a symbol for all bits")
}

func (r *reference) bits(n int) int {
	v := int(uint64(r.reg) >> (32 - n))
	r.reg <<= n
	r.extra -= n
	if r.extra < 0 {
		r.reg |= r.number(2) << -r.extra
		r.extra += 16
	}
	return v
}

func (r *reference) length(nibble int) int {
	length := nibble
	if nibble == 15 {
		length += int(r.number(1))
		if length == 15+255 {
			if length = int(r.number(2)); length == 0 {
				length = int(r.number(4))
			}
			r.bad = r.bad || length < 15
		}
	}
	return length + 3
}

func (r *reference) number(size int) uint32 {
	if r.pos+size > len(r.in) {
		r.bad = true
		return 0
	}
	var b [4]byte
	copy(b[:], r.in[r.pos:r.pos+size])
	r.pos += size
	return binary.LittleEndian.Uint32(b[:])
}
