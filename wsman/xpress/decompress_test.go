package xpress

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecompressLimit(t *testing.T) {
	plain := words(100000)
	packed := Compress(nil, plain)
	for _, limit := range []int{len(plain), len(plain) + 1, math.MaxInt} {
		got, err := Decompress(nil, packed, limit)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got))
	}
	for _, limit := range []int{len(plain) - 1, 65536, 65535, 1, 0, -1, math.MinInt} {
		got, err := Decompress([]byte("kept"), packed, limit)
		require.ErrorIs(t, err, ErrTooLarge)
		require.Equal(t, "kept", string(got))
	}
	// What dst held before does not count.
	_, err := Decompress(make([]byte, 10), Compress(nil, []byte("hello")), 5)
	require.NoError(t, err)
	// Nothing is within every limit.
	for _, limit := range []int{0, -1} {
		got, err := Decompress(nil, nil, limit)
		require.NoError(t, err)
		require.Empty(t, got)
	}
}

func TestDecompressBadChunks(t *testing.T) {
	good := Compress(nil, []byte("hello")) // 9 bytes
	tests := []struct {
		name   string
		src    []byte
		chunk  int
		offset int
		reason string
	}{
		{"header cut", []byte{4, 0, 4}, 0, 3, "header is cut short"},
		{"payload missing", []byte{4, 0, 4, 0}, 0, 4, "payload is cut short"},
		{"payload cut", good[:8], 0, 8, "payload is cut short"},
		{"second header cut", append(bytes.Clone(good), 1), 1, 10, "header is cut short"},
		{"no room for a stream", append(bytes.Clone(good), pack(65536, make([]byte, 259))...), 1, 11, "too short"},
		{"table of zeros", append(bytes.Clone(good), pack(65536, make([]byte, 260))...), 1, 13, "incomplete"},
		{"table of ones", pack(65536, bytes.Repeat([]byte{0x11}, 260)), 0, 4, "oversubscribed"},
		{"one code of one bit", pack(9, withBits(table(0, 1), "00000000")), 0, 4, "incomplete"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decompress([]byte("kept"), tt.src, math.MaxInt)
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.ErrorIs(t, err, ErrCorrupt)
			assert.Equal(t, tt.chunk, corrupt.Chunk)
			assert.Equal(t, tt.offset, corrupt.Offset)
			assert.Contains(t, corrupt.Reason, tt.reason)
			assert.Equal(t, "kept", string(got))
		})
	}
}

// A header may promise 65536 bytes for a few; that must not reserve memory.
func TestDecompressPromises(t *testing.T) {
	src := bytes.Repeat([]byte{0xff, 0xff, 0, 0, 0}, 100000)
	_, err := Decompress(nil, src, math.MaxInt)
	require.ErrorIs(t, err, ErrCorrupt)
}

// twoSymbols returns a table with 1-bit codes: 0 is the literal 'a', 1 is the
// match symbol 256 + match.
func twoSymbols(match int) []byte {
	b := make([]byte, tableSize)
	b['a'/2] |= 1 << ('a' % 2 * 4)
	symbol := firstMatch + match
	b[symbol/2] |= 1 << (symbol % 2 * 4)
	return b
}

func TestDecompressMatchForms(t *testing.T) {
	// The first word is 01 and then offset bits: a literal, then a match. The
	// length bytes follow the second word.
	body := func(extra ...byte) []byte { return append([]byte{0, 0x40, 0, 0}, extra...) }
	u32 := func(n uint32) []byte { return binary.LittleEndian.AppendUint32([]byte{255, 0, 0}, n) }
	tests := []struct {
		name   string
		match  int
		body   []byte
		size   int
		reason string // empty: size times 'a'
	}{
		{"length 3", 0, body(), 4, ""},
		{"length 17", 14, body(), 18, ""},
		{"one byte, least", 15, body(0), 19, ""},
		{"one byte, most", 15, body(254), 273, ""},
		{"two bytes", 15, body(255, 15, 1), 1 + 271 + 3, ""},
		{"two bytes, needlessly", 15, body(255, 15, 0), 19, ""},
		{"two bytes, most", 15, body(255, 0xfc, 0xff), 65536, ""},
		{"four bytes, needlessly", 15, body(u32(1000)...), 1004, ""},
		{"two bytes, too small", 15, body(255, 14, 0), 18, reasonLong},
		{"four bytes, too small", 15, body(u32(14)...), 18, reasonLong},
		{"four bytes, zero", 15, body(u32(0)...), 4, reasonLong},
		{"four bytes, too large", 15, body(u32(65533)...), 65536, reasonLength},
		{"four bytes, most", 15, body(u32(math.MaxUint32)...), 65536, reasonLength},
		{"one more than the chunk", 14, body(), 17, reasonLength},
		{"offset 2 of 1", 16, body(), 4, reasonOffset},
		{"offset 32768 of 1", 0xf0, body(0, 0), 4, reasonOffset},
		{"offset bits cut", 0xf0, body(), 4, reasonShort},
		{"no length byte", 15, body(), 19, reasonShort},
		{"one of two length bytes", 15, body(255, 15), 19, reasonShort},
		{"three of four length bytes", 15, body(255, 0, 0, 1, 0, 0), 19, reasonShort},
		{"match first", 0, []byte{0, 0x80, 0, 0}, 3, reasonOffset},
		{"more than there is", 1, []byte{0, 0, 0, 0}, 33, reasonShort},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := append(twoSymbols(tt.match), tt.body...)
			got, err := Decompress(nil, pack(tt.size, s), maxChunk)
			want, refErr := referenceDecode(s, tt.size)
			if tt.reason == "" {
				require.NoError(t, err)
				require.NoError(t, refErr)
				assert.Equal(t, bytes.Repeat([]byte("a"), tt.size), got)
				assert.Equal(t, want, got)
				return
			}
			require.Error(t, refErr)
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
			assert.Equal(t, tt.reason, corrupt.Reason)
			assert.LessOrEqual(t, corrupt.Offset, chunkHeaderSize+len(s))
		})
	}
}

// Symbol 256 ends a stream only where the output is complete; elsewhere it is
// a match of length 3 and offset 1. The end symbol may also be missing.
func TestDecompressEndSymbol(t *testing.T) {
	tests := []struct {
		name string
		bits string // after a table in which 0 is 'a' and 1 is symbol 256
		size int
	}{
		{"as the end", "0040" + "0000", 1},
		{"as a match", "0040" + "0000", 4},
		{"as a match and as the end", "0060" + "0000", 4},
		{"missing", "0000" + "0000", 16},
		{"followed by bytes of no use", "0040" + "0000" + "c0ffee", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decompress(nil, pack(tt.size, withBits(twoSymbols(0), tt.bits)), maxChunk)
			require.NoError(t, err)
			assert.Equal(t, bytes.Repeat([]byte("a"), tt.size), got)
		})
	}
}

// A full chunk without the end symbol, as a peer may send it.
func TestDecompressFullChunkWithoutEnd(t *testing.T) {
	plain := words(maxChunk)
	e := new(encoder)
	e.tokens.reset()
	e.tokens.counts[endOfStream] = 0
	e.finder.parse(&e.tokens, plain)
	require.Zero(t, e.tokens.counts[endOfStream])
	got, err := Decompress(nil, pack(len(plain), stream(e)), maxChunk)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(plain, got))
}
