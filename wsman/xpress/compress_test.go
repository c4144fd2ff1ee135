package xpress

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func roundTrip(t *testing.T, plain []byte) (packed []byte) {
	t.Helper()
	packed = Compress([]byte("before"), plain)
	require.Equal(t, "before", string(packed[:6]))
	packed = packed[6:]
	chunks := (len(plain) + maxChunk - 1) / maxChunk
	require.LessOrEqual(t, len(packed), len(plain)+chunkHeaderSize*chunks)

	got, err := Decompress([]byte("before"), packed, len(plain))
	require.NoError(t, err)
	require.Equal(t, "before", string(got[:6]))
	require.True(t, bytes.Equal(plain, got[6:]), "decoded bytes differ")
	referenceRoundTrip(t, plain, packed)
	return packed
}

// referenceRoundTrip checks packed with the decoder that shares no code.
func referenceRoundTrip(t *testing.T, plain, packed []byte) {
	t.Helper()
	for len(packed) > 0 {
		c, rest, _, reason := cutChunk(packed)
		require.Empty(t, reason)
		if !c.stored() {
			got, err := referenceDecode(c.payload, c.plainSize)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain[:c.plainSize], got), "reference decoded other bytes")
		}
		plain, packed = plain[c.plainSize:], rest
	}
}

func TestRoundTripSizes(t *testing.T) {
	kinds := map[string]func(int) []byte{
		"clixml": clixml, "words": words, "random": randomBytes,
		"zero": func(n int) []byte { return make([]byte, n) },
		"period 7": func(n int) []byte {
			return bytes.Repeat([]byte("abcdefg"), n/7+1)[:n]
		},
	}
	sizes := []int{
		0, 1, 2, 3, 4, 5, 8, 259, 260, 261, 262, 263, 264, 300, 1000, 4096,
		65535, 65536, 65537, 2*65536 - 1, 2 * 65536, 2*65536 + 5,
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			for _, size := range sizes {
				roundTrip(t, kind(size))
			}
		})
	}
}

func TestRoundTripCorpora(t *testing.T) {
	// The ratios are a floor well under what is reached, so that a broken match
	// finder does not go unseen.
	floor := map[string]float64{"clixml": 6.5, "clixml4k": 3, "words": 2.5, "random": 0.99, "zero": 200}
	for _, c := range corpora {
		t.Run(c.name, func(t *testing.T) {
			packed := roundTrip(t, c.data)
			assert.Greater(t, float64(len(c.data))/float64(len(packed)), floor[c.name])
		})
	}
}

// Matches of all lengths and offsets at which the form of the coding changes.
func TestRoundTripMatches(t *testing.T) {
	lengths := []int{4, 5, 16, 17, 18, 19, 271, 272, 273, 274, 1000, 20000}
	offsets := []int{1, 2, 3, 4, 7, 8, 9, 255, 256, 257, 1023, 1024, 16384, 32767, 32768, 40000}
	for _, offset := range offsets {
		t.Run(fmt.Sprint("offset ", offset), func(t *testing.T) {
			for _, length := range lengths {
				plain := randomBytes(offset)
				for range length {
					plain = append(plain, plain[len(plain)-offset])
				}
				roundTrip(t, append(plain, make([]byte, 600)...))
			}
		})
	}
}

func TestCompressConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			plain := words(30000 + 10000*i)
			for range 4 {
				got, err := Decompress(nil, Compress(nil, plain), len(plain))
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(plain, got))
			}
		})
	}
	wg.Wait()
}

// The pools are left out: under the race detector they drop things at random.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	plain := clixml(maxChunk)
	packed := Compress(nil, plain)
	e, d := new(encoder), new(decoder)
	buf, out := make([]byte, 0, 2*maxChunk), make([]byte, len(plain))
	c, _, _, _ := cutChunk(packed)
	assert.Zero(t, testing.AllocsPerRun(5, func() { e.appendChunk(buf, plain) }))
	assert.Zero(t, testing.AllocsPerRun(5, func() {
		if _, reason := d.expand(out, c); reason != "" {
			t.Error(reason)
		}
	}))
}
