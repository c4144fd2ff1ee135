package ntlm

import (
	"crypto/rc4"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The first bytes for two of the keys of RFC 6229.
func TestKeyStreamVectors(t *testing.T) {
	for key, want := range map[string]string{
		"0102030405":                       "b2396305f03dc027ccc3524a0a1118a8",
		"0102030405060708090a0b0c0d0e0f10": "9ac7cc9a609d1ef7b2932899cde41b97",
	} {
		k, err := newKeyStream(fromHex(key))
		require.NoError(t, err)
		got := make([]byte, 16)
		k.XORKeyStream(got, got)
		assert.Equal(t, want, toHex(got), key)
	}
}

// However a stream is cut into messages, it is that of crypto/rc4, in place and
// not, and nothing is written behind a message.
func TestKeyStreamIsRC4(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 5, 16, 256} {
		key := make([]byte, size)
		for i := range key {
			key[i] = byte(random.Uint32())
		}
		k, err := newKeyStream(key)
		require.NoError(t, err)
		other, err := rc4.NewCipher(key)
		require.NoError(t, err)
		for range 300 {
			message := make([]byte, random.IntN(70))
			for i := range message {
				message[i] = byte(random.Uint32())
			}
			want := make([]byte, len(message)+3)
			other.XORKeyStream(want, message)
			got := make([]byte, len(message)+3)
			before := *k
			k.XORKeyStream(got, message)
			require.Equal(t, want, got)
			before.XORKeyStream(message, message)
			require.Equal(t, want[:len(message)], message)
			require.Equal(t, before, *k)
		}
	}
	for _, size := range []int{0, 257} {
		_, err := newKeyStream(make([]byte, size))
		assert.ErrorAs(t, err, new(rc4.KeySizeError))
	}
}
