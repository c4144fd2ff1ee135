package xpress

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

const fuzzLimit = 1 << 20

func FuzzDecompress(f *testing.F) {
	for _, v := range vectors() {
		f.Add(pack(len(v.plain), v.stream))
		f.Add(Compress(nil, v.plain[:26]))
	}
	f.Add(Compress(nil, clixml(3000)))
	f.Add(Compress(Compress(nil, words(2000)), randomBytes(300)))
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := Decompress(nil, src, fuzzLimit)
		want, wantErr := referenceChunks(src)
		if wantErr != nil {
			require.Error(t, err)
			require.Empty(t, got)
			return
		}
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "differs from the reference")
	})
}

// FuzzStream has a table in which all symbols have 9 bits, so that the fuzzer
// is past the table with every input.
func FuzzStream(f *testing.F) {
	for _, size := range []uint16{0, 30, 300, 3000, 65535} {
		f.Add(size, randomBytes(int(size)))
		f.Add(size, bytes.Repeat([]byte{0, 0, 0xff}, 300))
	}
	f.Fuzz(func(t *testing.T, size uint16, body []byte) {
		s := append(bytes.Repeat([]byte{0x99}, tableSize), body...)
		if len(s) < minStream || len(s) > maxChunk || len(s) == int(size)+1 {
			return
		}
		got, err := Decompress(nil, pack(int(size)+1, s), maxChunk)
		want, wantErr := referenceDecode(s, int(size)+1)
		if wantErr != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			return
		}
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "differs from the reference")
	})
}

func FuzzRoundTrip(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v.plain, uint8(0))
	}
	f.Add(clixml(3000), uint8(3))
	f.Add(words(3000), uint8(30))
	f.Add(randomBytes(1000), uint8(90))
	f.Fuzz(func(t *testing.T, plain []byte, repeat uint8) {
		if len(plain) > 1<<16 {
			return
		}
		// Repeated input reaches full chunks and long matches sooner.
		plain = bytes.Repeat(plain, 1+int(repeat))
		roundTrip(t, plain[:min(len(plain), 3*maxChunk)])
	})
}

// referenceChunks is Decompress with the reference decoder and fuzzLimit.
func referenceChunks(src []byte) ([]byte, error) {
	var out []byte
	for len(src) > 0 {
		c, rest, _, reason := cutChunk(src)
		if reason != "" || len(out)+c.plainSize > fuzzLimit {
			return nil, errReference
		}
		plain := c.payload
		if !c.stored() {
			var err error
			if plain, err = referenceDecode(c.payload, c.plainSize); err != nil {
				return nil, err
			}
		}
		out, src = append(out, plain...), rest
	}
	return out, nil
}
