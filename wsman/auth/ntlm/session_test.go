package ntlm

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSealBothWays(t *testing.T) {
	client, server := sessions(t)
	for i := range 5 {
		for _, pair := range [][2]*Session{{client, server}, {server, client}} {
			message := bytes.Repeat([]byte{byte(i)}, i*1000)
			sealed := make([]byte, len(message))
			signature, err := pair[0].Seal(sealed, message)
			require.NoError(t, err)
			if i > 0 {
				assert.NotEqual(t, message, sealed)
			}
			plain := make([]byte, len(message))
			require.NoError(t, pair[1].Unseal(plain, sealed, signature[:]))
			assert.Equal(t, message, plain)

			token, err := pair[0].Wrap([]byte("before"), message)
			require.NoError(t, err)
			assert.Equal(t, "before", string(token[:6]))
			plain, err = pair[1].Unwrap(token[6:])
			require.NoError(t, err)
			assert.Equal(t, message, plain)

			signature, err = pair[0].Sign(message)
			require.NoError(t, err)
			require.NoError(t, pair[1].Verify(message, signature[:]))
		}
	}
}

// A session that met an attacker answers nothing more, and leaves nothing of
// what he sent.
func TestTamperedMessages(t *testing.T) {
	for name, change := range map[string]func(signature, sealed []byte) []byte{
		"message":            func(s, m []byte) []byte { m[7] ^= 1; return s },
		"checksum":           func(s, _ []byte) []byte { s[4] ^= 1; return s },
		"version":            func(s, _ []byte) []byte { s[0] = 2; return s },
		"signature too long": func(s, _ []byte) []byte { return append(s, 0) },
		"signature empty":    func(_, _ []byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			client, server := sessions(t)
			message := []byte("rm -rf /tmp/x")
			signature, err := client.Seal(message, message)
			require.NoError(t, err)
			dst := make([]byte, len(message))
			sealed := bytes.Clone(message)
			err = server.Unseal(dst, sealed, change(signature[:], sealed))
			assert.ErrorIs(t, err, ErrTampered)
			assert.Equal(t, make([]byte, len(message)), dst)

			next, err := client.Seal(message, message)
			require.NoError(t, err)
			assert.ErrorIs(t, server.Unseal(dst, message, next[:]), ErrTampered, "for ever")
			assert.ErrorIs(t, server.Verify(nil, next[:]), ErrTampered)
			_, err = server.Wrap(nil, message)
			assert.NoError(t, err, "the other direction goes on")
		})
	}
	client, server := sessions(t)
	_, err := server.Unwrap([]byte("short"))
	assert.ErrorIs(t, err, ErrTampered)
	signature, err := client.Sign([]byte("a"))
	require.NoError(t, err)
	_, server = sessions(t)
	assert.ErrorIs(t, server.Verify([]byte("a"), signature[:]), ErrTampered, "another session's")
}

func TestReorderedMessages(t *testing.T) {
	tokens := func() (*Session, [][]byte) {
		client, server := sessions(t)
		var all [][]byte
		for range 3 {
			token, err := client.Wrap(nil, []byte("message"))
			require.NoError(t, err)
			all = append(all, token)
		}
		return server, all
	}
	for name, order := range map[string][]int{
		"second first": {1}, "one left out": {0, 2}, "one twice": {0, 0}, "last twice": {0, 1, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			server, all := tokens()
			var err error
			for i, n := range order {
				require.NoError(t, err, "message %d", i)
				_, err = server.Unwrap(bytes.Clone(all[n]))
			}
			assert.ErrorIs(t, err, ErrSequence)
			_, err = server.Unwrap(bytes.Clone(all[len(order)%3]))
			assert.ErrorIs(t, err, ErrSequence, "for ever")
		})
	}

	// A number that was changed to the right one does not help.
	server, all := tokens()
	copy(all[1][12:16], all[0][12:16])
	_, err := server.Unwrap(all[1])
	assert.ErrorIs(t, err, ErrTampered)

	// Nor do messages go back to where they came from.
	client, _ := sessions(t)
	token, err := client.Wrap(nil, []byte("message"))
	require.NoError(t, err)
	_, err = client.Unwrap(token)
	assert.ErrorIs(t, err, ErrTampered)
}

func TestNoProtection(t *testing.T) {
	s, err := NewSession(exampleKey, demanded, ClientSide)
	require.NoError(t, err)
	_, err = s.Seal(nil, nil)
	assert.ErrorIs(t, err, ErrNoProtection)
	assert.ErrorIs(t, s.Unseal(nil, nil, nil), ErrNoProtection)
	_, err = s.Wrap(nil, nil)
	assert.ErrorIs(t, err, ErrNoProtection)
	_, err = s.Unwrap(make([]byte, 16))
	assert.ErrorIs(t, err, ErrNoProtection)
	_, err = s.Sign(nil)
	assert.ErrorIs(t, err, ErrNoProtection)
	assert.ErrorIs(t, s.Verify(nil, nil), ErrNoProtection)

	mic, err := s.SignMechList([]byte("list"))
	require.NoError(t, err)
	assert.Equal(t, "01000000000000000000000000000000", toHex(mic))
	require.NoError(t, s.VerifyMechList([]byte("list"), mic))
	assert.ErrorIs(t, s.VerifyMechList([]byte("list"), nil), ErrTampered)
}

// After the lists are signed the first message has sequence number 1 and the
// first bytes of the key stream.
func TestMechListLeavesTheKeyStream(t *testing.T) {
	client, server := sessions(t)
	again, err := NewSession(client.Key(), client.Flags(), ClientSide)
	require.NoError(t, err)
	mic, err := client.SignMechList([]byte("list"))
	require.NoError(t, err)
	require.NoError(t, server.VerifyMechList([]byte("list"), mic))

	sealed, untouched := make([]byte, 7), make([]byte, 7)
	signature, err := client.Seal(sealed, []byte("message"))
	require.NoError(t, err)
	assert.Equal(t, "01000000", toHex(signature[12:]))
	_, err = again.Seal(untouched, []byte("message"))
	require.NoError(t, err)
	assert.Equal(t, untouched, sealed)
	require.NoError(t, server.Unseal(sealed, sealed, signature[:]))

	_, server = sessions(t)
	assert.ErrorIs(t, server.VerifyMechList([]byte("list"), mic), ErrTampered)
}
