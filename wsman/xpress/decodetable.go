package xpress

// fastBits is how many bits the first look-up takes. Longer codes are rare (a
// symbol with a 12-bit code comes once in some thousand), so they may be slow,
// and the table stays in the first-level cache.
const fastBits = 11

// decodeTable is the decoding side of a canonical Huffman code.
type decodeTable struct {
	// fast is indexed by the next fastBits bits: symbol<<4 | code length, or 0
	// where the code is longer.
	fast [1 << fastBits]uint16
	// sorted holds the used symbols ordered by (code length, symbol).
	sorted [numSymbols]uint16
	// limit[n] is the first code, in maxCodeLen bits, that is longer than n.
	limit [maxCodeLen + 1]uint32
	// index[n] + code is the place in sorted of an n-bit code; it wraps.
	index [maxCodeLen + 1]uint32
}

// init builds the table from the first tableSize bytes of a stream. The code
// must be complete: it returns why it is not, or "".
func (t *decodeTable) init(lengths *[tableSize]byte) (reason string) {
	var count [maxCodeLen + 1]uint32
	for _, b := range lengths {
		count[b&15]++
		count[b>>4]++
	}
	code, place := uint32(0), uint32(0)
	var next [maxCodeLen + 1]uint32
	for n := 1; n <= maxCodeLen; n++ {
		next[n] = place
		t.index[n] = place - code>>(maxCodeLen-n)
		place += count[n]
		code += count[n] << (maxCodeLen - n)
		t.limit[n] = code
	}
	if code > 1<<maxCodeLen {
		return "the Huffman table is oversubscribed"
	}
	if code < 1<<maxCodeLen {
		return "the Huffman table is incomplete"
	}
	for i, b := range lengths {
		if n := b & 15; n != 0 {
			t.sorted[next[n]] = uint16(2 * i)
			next[n]++
		}
		if n := b >> 4; n != 0 {
			t.sorted[next[n]] = uint16(2*i + 1)
			next[n]++
		}
	}
	t.fill(&count)
	return ""
}

// fill sets fast: in canonical order the codes lie one after another.
func (t *decodeTable) fill(count *[maxCodeLen + 1]uint32) {
	at, place := 0, 0
	for n := 1; n <= fastBits; n++ {
		span := 1 << (fastBits - n)
		for range count[n] {
			entry := t.sorted[place]<<4 | uint16(n)
			run := t.fast[at : at+span]
			for i := range run {
				run[i] = entry
			}
			at += span
			place++
		}
	}
	clear(t.fast[at:])
}

// long finds the symbol and the length of a code that is longer than fastBits;
// next is the next maxCodeLen bits.
func (t *decodeTable) long(next uint32) (symbol, length uint) {
	n := fastBits + 1
	for n < maxCodeLen && next >= t.limit[n] {
		n++
	}
	return uint(t.sorted[(t.index[n]+next>>(maxCodeLen-n))%numSymbols]), uint(n)
}
