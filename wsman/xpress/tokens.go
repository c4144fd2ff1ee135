package xpress

import "math/bits"

// token is a literal (its byte) or a match: length<<16 | offset, where the
// length is at least minMatch and both are below 65536.
type token uint32

// tokens is the parse of one chunk, with what is needed to know its size.
type tokens struct {
	list [maxChunk]token
	n    int
	// counts holds how often each symbol comes, the end of stream once.
	counts [numSymbols]uint32
	// offsetBits and lengthBytes sum what follows the match symbols.
	offsetBits, lengthBytes int
}

func (t *tokens) reset() {
	t.n, t.offsetBits, t.lengthBytes = 0, 0, 0
	clear(t.counts[:])
	t.counts[endOfStream] = 1
}

// literals adds one token for each byte of b.
func (t *tokens) literals(b []byte) {
	list := t.list[t.n:]
	for i, c := range b {
		list[i] = token(c)
		t.counts[c]++
	}
	t.n += len(b)
}

// match adds a match.
func (t *tokens) match(length, offset int) {
	t.list[t.n] = token(length<<16 | offset)
	t.n++
	symbol, offsetBits := matchSymbol(length, offset)
	t.counts[symbol]++
	t.offsetBits += offsetBits
	if rest := length - minMatch; rest >= longNibble {
		t.lengthBytes += lengthBytes(rest)
	}
}

// matchSymbol returns the symbol of a match and how many offset bits it needs.
func matchSymbol(length, offset int) (symbol, offsetBits int) {
	offsetBits = bits.Len16(uint16(offset)) - 1
	return firstMatch + offsetBits*16 + min(length-minMatch, longNibble), offsetBits
}

// lengthBytes returns how many bytes follow a symbol for a length that is rest
// above minMatch and does not fit the nibble.
func lengthBytes(rest int) int {
	if rest < longNibble+longByte {
		return 1
	}
	return 3
}
