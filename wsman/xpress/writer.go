package xpress

import "encoding/binary"

// writer writes bits as 16-bit words, first bit uppermost, and whole bytes
// between the words. A reader's word pointer is one to two words ahead of the
// bits, so two places stay reserved for words to come and bytes go after them
// (MS-XCA 2.1).
type writer struct {
	out          []byte
	first, after int // the reserved places
	pos          int // behind them
	reg          uint64
	have         uint // valid low bits of reg that are not yet written
}

// bits adds n bits and writes words until at most 16 bits are left: a full
// word stays until a bit comes after it, as it does in the reader.
func (w *writer) bits(v uint64, n uint) {
	w.reg = w.reg<<n | v
	w.have += n
	for w.have > 16 {
		w.have -= 16
		w.word(uint16(w.reg >> w.have))
	}
}

func (w *writer) word(v uint16) {
	binary.LittleEndian.PutUint16(w.out[w.first:], v)
	w.first, w.after = w.after, w.pos
	w.pos += 2
}

// flush writes what is left to the reserved places.
func (w *writer) flush() {
	binary.LittleEndian.PutUint16(w.out[w.first:], uint16(w.reg<<(16-w.have)))
	binary.LittleEndian.PutUint16(w.out[w.after:], 0)
}

// length writes the bytes of a length that is rest above minMatch.
func (w *writer) length(rest int) {
	if lengthBytes(rest) == 1 {
		w.out[w.pos] = byte(rest - longNibble)
		w.pos++
		return
	}
	w.out[w.pos] = longByte
	binary.LittleEndian.PutUint16(w.out[w.pos+1:], uint16(rest))
	w.pos += 3
}

// writeStream writes the stream for the tokens to out, which has exactly
// streamSize bytes. It ends with the end symbol, even where the chunk is full
// and a reader could do without.
func (e *encoder) writeStream(out []byte) {
	e.code.put((*[tableSize]byte)(out))
	w := writer{out: out, first: tableSize, after: tableSize + 2, pos: tableSize + 4}
	for _, t := range e.tokens.list[:e.tokens.n] {
		if t < firstMatch {
			w.bits(uint64(e.code.codes[t]), uint(e.code.lengths[t]))
			continue
		}
		length, offset := int(t>>16), int(t&0xffff)
		symbol, offsetBits := matchSymbol(length, offset)
		w.bits(uint64(e.code.codes[symbol]), uint(e.code.lengths[symbol]))
		if rest := length - minMatch; rest >= longNibble {
			w.length(rest)
		}
		w.bits(uint64(offset)-1<<offsetBits, uint(offsetBits))
	}
	w.bits(uint64(e.code.codes[endOfStream]), uint(e.code.lengths[endOfStream]))
	w.flush()
}
