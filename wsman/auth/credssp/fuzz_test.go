package credssp

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read is read the same when it is written and read again.
func FuzzDecodeTSRequest(f *testing.F) {
	for _, c := range requests {
		f.Add(unhex(f, c.der))
	}
	f.Add(unhex(f, "300ca003020107a60504030000ff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeTSRequest(b)
		if err != nil {
			return
		}
		first, err := r.Bytes()
		require.NoError(t, err)
		again, err := DecodeTSRequest(first)
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}

func FuzzDecodeTSCredentials(f *testing.F) {
	b, err := NewCredentials("EXAMPLE", "ada", []byte("grün€𝄞")).encode()
	require.NoError(f, err)
	f.Add(b)
	f.Add(unhex(f, "300aa003020102a1030401ff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeTSCredentials(b)
		if err != nil {
			return
		}
		first, err := c.encode()
		require.NoError(t, err)
		require.Equal(t, b, first, "DER has one form")
		again, err := DecodeTSCredentials(first)
		require.NoError(t, err)
		require.Equal(t, c.get(), again.get())
	})
}

// Nobody comes in with the first token, nor is anything left running.
func FuzzFirstToken(f *testing.F) {
	i, err := NewInitiator(asAda())
	require.NoError(f, err)
	hello, _, err := i.Initiate(f.Context(), nil)
	require.NoError(f, err)
	i.Close()
	f.Add(hello)
	f.Add(append(bytes.Clone(hello), hello...))
	f.Add([]byte{21, 3, 3, 0, 2, 1, 90})
	f.Add([]byte{23, 3, 3, 0, 0})
	s := newWorld(f).scheme(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		c := s.Begin().(*Context)
		defer c.Close()
		for range 2 {
			result, err := c.Step(t.Context(), nil, base64.StdEncoding.EncodeToString(b))
			require.False(t, result.Done)
			if err != nil {
				require.Zero(t, s.waiting.len())
				return
			}
		}
	})
}

// Nor with what is inside TLS.
func FuzzMessages(f *testing.F) {
	for _, c := range requests {
		f.Add(unhex(f, c.der), unhex(f, c.der))
	}
	token, _, err := asAda().Mechanisms[0].Initiate(f.Context(), nil)
	require.NoError(f, err)
	b, err := (&TSRequest{Version: 6, NegoToken: token}).Bytes()
	require.NoError(f, err)
	f.Add(b, b)
	s := newWorld(f).scheme(f)
	f.Fuzz(func(t *testing.T, one, two []byte) {
		c := s.Begin().(*Context)
		c.state, c.shown = negotiating, &shownKey{key: []byte("key")}
		for _, b := range [][]byte{one, two, two} {
			if _, err := c.request(t.Context(), b); err != nil {
				return
			}
			require.Equal(t, negotiating, c.state)
		}
	})
}

// Nobody who has not the keys makes a message.
func FuzzUnseal(f *testing.F) {
	f.Add([]byte{}, []byte{})
	f.Add([]byte{23, 3, 3, 0, 0}, []byte{23, 3, 3, 0, 1, 0})
	f.Add([]byte{21, 3, 3, 0}, []byte{2, 1, 0})
	s := newWorld(f).scheme(f)
	f.Fuzz(func(t *testing.T, signature, sealed []byte) {
		_, _, ours := login(t, newInitiator(t, asAda()), s.Begin().(*Context))
		plain, err := ours.Unseal(signature, sealed)
		require.Equal(t, len(signature)+len(sealed) == 0, err == nil)
		require.Empty(t, plain)
	})
}
