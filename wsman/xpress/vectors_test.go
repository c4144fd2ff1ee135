package xpress

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vector is a stream whose form is known from elsewhere: the first two are the
// worked examples of MS-XCA.
type vector struct {
	name   string
	plain  []byte
	stream []byte
	// enough is how many bytes of the stream a reader needs: the end symbol
	// may be missing.
	enough int
}

// table returns a table of zeros but for the given (index, value) bytes.
func table(pairs ...byte) []byte {
	t := make([]byte, tableSize)
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = pairs[i+1]
	}
	return t
}

func withBits(table []byte, bits string) []byte {
	b, err := hex.DecodeString(bits)
	if err != nil {
		panic(err)
	}
	return append(table, b...)
}

func vectors() []vector {
	letters := table(48, 0x50, 59, 0x45, 60, 0x44, 61, 0x04, 128, 0x04)
	for i := 49; i <= 58; i++ {
		letters[i] = 0x55
	}
	onlyA := func() []byte { return table(48, 0x20, 128, 0x02, 135, 0x10) }
	return []vector{
		{
			"letters", []byte("abcdefghijklmnopqrstuvwxyz"),
			withBits(letters, "d8523ed794115be9195ff9d67cdf8d0400000000"), 274,
		},
		{
			"abc times 100", bytes.Repeat([]byte("abc"), 100),
			withBits(table(48, 0x30, 49, 0x23, 128, 0x02, 143, 0x20), "a8dc0000ff2601"), 263,
		},
		{"a times 1000", bytes.Repeat([]byte("a"), 1000), withBits(onlyA(), "00980000ffe403"), 263},
		{"a times 65536", bytes.Repeat([]byte("a"), 65536), withBits(onlyA(), "00980000fffcff"), 263},
		{"a times 4464", bytes.Repeat([]byte("a"), 4464), withBits(onlyA(), "00980000ff6c11"), 263},
	}
}

// pack makes a chunk of a stream by hand.
func pack(plainSize int, stream []byte) []byte {
	return append(appendHeader(nil, plainSize, len(stream)), stream...)
}

func TestVectorStreams(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			got, err := Decompress(nil, pack(len(v.plain), v.stream), len(v.plain))
			require.NoError(t, err)
			assert.True(t, bytes.Equal(v.plain, got), "decoded bytes differ")

			e := new(encoder)
			e.tokens.reset()
			e.finder.parse(&e.tokens, v.plain)
			assert.Equal(t, hex.EncodeToString(v.stream), hex.EncodeToString(stream(e)))
		})
	}
}

// stream returns the stream for the tokens in e.
func stream(e *encoder) []byte {
	e.code.init(&e.tokens.counts)
	out := make([]byte, e.streamSize())
	e.writeStream(out)
	return out
}

func TestVectorChunks(t *testing.T) {
	v := vectors()
	random := randomBytes(5000)
	tests := []struct {
		name          string
		plain, packed []byte
	}{
		{"empty", nil, nil},
		{"hello", []byte("hello"), []byte("\x04\x00\x04\x00hello")},
		{"letters", v[0].plain, append([]byte{0x19, 0, 0x19, 0}, v[0].plain...)},
		{"abc times 100", v[1].plain, append([]byte{0x2b, 1, 6, 1}, v[1].stream...)},
		{"a times 1000", v[2].plain, append([]byte{0xe7, 3, 6, 1}, v[2].stream...)},
		{"a times 65536", v[3].plain, append([]byte{0xff, 0xff, 6, 1}, v[3].stream...)},
		{
			"a times 70000", bytes.Repeat([]byte("a"), 70000),
			append(pack(65536, v[3].stream), append([]byte{0x6f, 0x11, 6, 1}, v[4].stream...)...),
		},
		{"random", random, append([]byte{0x87, 0x13, 0x87, 0x13}, random...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, hex.EncodeToString(tt.packed), hex.EncodeToString(Compress(nil, tt.plain)))
			got, err := Decompress(nil, tt.packed, len(tt.plain))
			require.NoError(t, err)
			assert.True(t, bytes.Equal(tt.plain, got), "decoded bytes differ")
		})
	}
}

func TestVectorTruncated(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			packed := pack(len(v.plain), v.stream)
			for n := 1; n < len(packed); n++ {
				got, err := Decompress(nil, packed[:n], len(v.plain))
				require.ErrorIs(t, err, ErrCorrupt, "chunk cut to %d bytes", n)
				require.Nil(t, got)
			}
			// The same with a header that tells of the shorter payload. What is
			// lost without harm is the end symbol and nothing else.
			for n := 1; n < len(v.stream); n++ {
				if n == len(v.plain) {
					continue // reads as stored
				}
				got, err := Decompress(nil, pack(len(v.plain), v.stream[:n]), len(v.plain))
				if n < v.enough {
					require.ErrorIs(t, err, ErrCorrupt, "stream cut to %d bytes", n)
					continue
				}
				require.NoError(t, err)
				require.True(t, bytes.Equal(v.plain, got), "stream cut to %d bytes", n)
			}
		})
	}
}

// One changed code length always changes the Kraft sum, so each must be found.
func TestVectorTableFlips(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			for symbol := range numSymbols {
				for flip := byte(1); flip < 16; flip++ {
					s := bytes.Clone(v.stream)
					s[symbol/2] ^= flip << (symbol % 2 * 4)
					_, err := Decompress(nil, pack(len(v.plain), s), len(v.plain))
					var corrupt *CorruptError
					require.ErrorAs(t, err, &corrupt, "symbol %d, flip %d", symbol, flip)
					require.Contains(t, corrupt.Reason, "Huffman table")
					require.Equal(t, chunkHeaderSize, corrupt.Offset)
				}
			}
		})
	}
}
