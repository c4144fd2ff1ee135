package xpress

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func kraft(lengths *[numSymbols]uint8) (sum int) {
	for _, n := range lengths {
		if n != 0 {
			sum += 1 << (maxCodeLen - n)
		}
	}
	return sum
}

// fibonacciCounts are the worst case for code lengths: without a limit the two
// rarest symbols would get 21 bits.
func fibonacciCounts() (counts [numSymbols]uint32) {
	x, y, sum := uint32(1), uint32(1), uint32(0)
	for symbol := 0; sum+x <= maxChunk; symbol++ {
		counts[symbol*11] = x
		sum += x
		x, y = y, x+y
	}
	return counts
}

func TestEncodeTableLengths(t *testing.T) {
	flat, two, steep := [numSymbols]uint32{}, [numSymbols]uint32{}, fibonacciCounts()
	for i := range flat {
		flat[i] = 128
	}
	two[0], two[511] = 65536, 1
	tests := []struct {
		name              string
		counts            *[numSymbols]uint32
		shortest, longest uint8
	}{
		{"flat", &flat, 9, 9},
		{"two", &two, 1, 1},
		{"fibonacci", &steep, 1, 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var table encodeTable
			table.init(tt.counts)
			shortest, longest := uint8(255), uint8(0)
			for symbol, n := range table.lengths {
				require.Equal(t, tt.counts[symbol] != 0, n != 0, "symbol %d", symbol)
				if n != 0 {
					shortest, longest = min(shortest, n), max(longest, n)
				}
			}
			assert.Equal(t, tt.shortest, shortest)
			assert.Equal(t, tt.longest, longest)
			assert.Equal(t, 1<<maxCodeLen, kraft(&table.lengths))
		})
	}
}

// Codes of all lengths up to 15, which take both ways through the decoder.
func TestLongCodes(t *testing.T) {
	e := new(encoder)
	e.tokens.reset() // counts one end symbol
	var plain []byte
	for n := range maxCodeLen {
		symbol := byte(3 + 17*n)
		plain = append(plain, bytes.Repeat([]byte{symbol}, 1<<n)...)
	}
	rand.New(rand.NewPCG(5, 6)).Shuffle(len(plain), func(i, j int) {
		plain[i], plain[j] = plain[j], plain[i]
	})
	e.tokens.literals(plain)
	s := stream(e)
	for n := range maxCodeLen {
		require.EqualValues(t, maxCodeLen-n, e.code.lengths[3+17*n])
	}

	got, err := Decompress(nil, pack(len(plain), s), maxChunk)
	require.NoError(t, err)
	assert.Equal(t, plain, got)
	got, err = referenceDecode(s, len(plain))
	require.NoError(t, err)
	assert.Equal(t, plain, got)
}
