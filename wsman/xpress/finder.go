package xpress

import (
	"encoding/binary"
	"math/bits"
)

const (
	// hashBits is the size of the table of chain heads.
	hashBits = 15
	// hashed is how many bytes are hashed, and so the shortest match that is
	// found: three bytes seldom cost more as literals than as a match.
	hashed = 4
	// maxProbes is how many earlier places are tried for one match.
	maxProbes = 8
	// niceLength is a match that is taken without a look at the next place.
	niceLength = 128
)

// finder finds matches within a chunk with a hash table of chains: head has
// the last place of each hash, prev the one before each place. Places are
// stored plus one; 0 is none.
type finder struct {
	head [1 << hashBits]uint16
	prev [maxChunk]uint16
}

// parse cuts src (at most maxChunk bytes) into tokens. It is lazy: a match is
// put off by a literal as long as the next place has a longer one.
func (f *finder) parse(t *tokens, src []byte) {
	clear(f.head[:])
	begin, at := 0, 0 // begin: the first byte that is in no token
	for at <= len(src)-hashed {
		length, offset := f.find(src, at, hashed-1)
		if length == 0 {
			// Steps grow where nothing is found, so random bytes cost little.
			at += 1 + (at-begin)>>7
			continue
		}
		chained := at + 1 // the first place that is in no chain
		for length < niceLength && at < len(src)-hashed {
			longer, other := f.find(src, at+1, length)
			chained++
			if longer == 0 {
				break
			}
			length, offset = longer, other
			at++
		}
		t.literals(src[begin:at])
		t.match(length, offset)
		begin = at + length
		f.insert(src, chained, begin)
		at = begin
	}
	t.literals(src[begin:])
}

// find adds place at to its chain and returns the longest match for it among
// maxProbes, or length 0 where none is longer than best, which is at least
// hashed - 1. At least hashed bytes are left.
func (f *finder) find(src []byte, at, best int) (length, offset int) {
	h := hash(binary.LittleEndian.Uint32(src[at:]))
	next := f.head[h]
	f.head[h] = uint16(at + 1)
	f.prev[uint16(at)] = next
	for probe := 0; next != 0 && probe < maxProbes && at+best < len(src); probe++ {
		place := int(next) - 1
		next = f.prev[uint16(place)]
		// Only what differs from at nowhere up to best+1 is longer; the four
		// bytes that end there tell most of the rest apart.
		if binary.LittleEndian.Uint32(src[place+best-3:]) != binary.LittleEndian.Uint32(src[at+best-3:]) {
			continue
		}
		if n := common(src[place:], src[at:]); n > best {
			best, length, offset = n, n, at-place
		}
	}
	return length, offset
}

// insert adds the places from..to-1, which a match covers, to their chains.
func (f *finder) insert(src []byte, from, to int) {
	for ; from < min(to, len(src)-hashed+1); from++ {
		h := hash(binary.LittleEndian.Uint32(src[from:]))
		f.prev[uint16(from)] = f.head[h]
		f.head[h] = uint16(from + 1)
	}
}

func hash(v uint32) uint32 { return v * 2654435761 >> (32 - hashBits) }

// common returns how many bytes a and b have in common at their start; b is
// the shorter one.
func common(a, b []byte) int {
	n := 0
	for len(b)-n >= 8 {
		x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:])
		if x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
