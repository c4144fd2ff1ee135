package ntlm

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Long messages are the same as if they were sealed in one piece, in place and
// not, and what was changed is found in each part of them.
func TestLongMessages(t *testing.T) {
	for _, size := range []int{parallelSize - 1, parallelSize, parallelSize + 1, 5*parallelChunk + 17, 500 << 10} {
		plain := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		client, server := sessions(t)
		slow := *client.out.handle
		checksum := client.out.checksum(plain)
		want := make([]byte, size)
		slow.XORKeyStream(want, plain)

		sealed := bytes.Clone(plain)
		signature, err := client.Seal(sealed, sealed)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, sealed), "%d bytes", size)
		slow.XORKeyStream(checksum[:], checksum[:])
		assert.Equal(t, checksum[:], signature[4:12], "%d bytes", size)

		opened := make([]byte, size)
		require.NoError(t, server.Unseal(opened, sealed, signature[:]))
		assert.True(t, bytes.Equal(plain, opened), "%d bytes", size)

		for _, at := range []int{0, size / 2, size - 1} {
			client, server := sessions(t)
			sealed := make([]byte, size)
			signature, err := client.Seal(sealed, plain)
			require.NoError(t, err)
			sealed[at] ^= 1
			require.ErrorIs(t, server.Unseal(sealed, sealed, signature[:]), ErrTampered)
			assert.Equal(t, make([]byte, size), sealed, "nothing of it is left")
		}
	}
}
