package ntlm

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func sprintf(format string, a ...any) string { return fmt.Sprintf(format, a...) }

// again is what every decoder keeps: what was read is read the same when it is
// written and read again.
func again[M any](t *testing.T, b []byte, decode func([]byte) (M, error), write func(M) []byte) {
	m, err := decode(b)
	if err != nil {
		return
	}
	first := write(m)
	if len(first) > MaxMessage {
		return
	}
	m, err = decode(first)
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, write(m)))
}

func FuzzDecodeNegotiate(f *testing.F) {
	f.Add((&Negotiate{Flags: forgerFlags}).Append(nil))
	f.Add((&Negotiate{Flags: FlagDomainSupplied | FlagWorkstationSupplied, Domain: []byte("D"), Workstation: []byte("W")}).Append(nil))
	f.Add([]byte("NTLMSSP\x00\x01\x00\x00\x00\x01\x02\x08\x20"))
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, DecodeNegotiate, func(m *Negotiate) []byte { return m.Append(nil) })
	})
}

func FuzzDecodeChallenge(f *testing.F) {
	f.Add(exampleChallenge)
	f.Add((&Challenge{Flags: forgerFlags}).Append(nil))
	f.Add((&Challenge{Flags: forgerFlags | FlagVersion, Info: testTarget.pairs(1), Target: "T"}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, DecodeChallenge, func(m *Challenge) []byte { return m.Append(nil) })
	})
}

func FuzzDecodeAuthenticate(f *testing.F) {
	f.Add(exampleAuthenticate)
	f.Add((&Authenticate{Flags: forgerFlags, User: "u", HasMIC: true}).Append(nil))
	f.Add(exampleAuthenticate[:authenticateSize])
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, DecodeAuthenticate, func(m *Authenticate) []byte { return m.Append(nil) })
	})
}

func FuzzDecodeResponse(f *testing.F) {
	m, err := DecodeAuthenticate(exampleAuthenticate)
	require.NoError(f, err)
	f.Add(m.NTResponse)
	f.Add((&Response{}).Append(nil))
	f.Add(make([]byte, 24))
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, DecodeResponse, func(m *Response) []byte { return m.Append(nil) })
	})
}

func FuzzDecodeAVPairs(f *testing.F) {
	f.Add(testTarget.pairs(1).Append(nil))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{1, 0, 0xFF, 0xFF, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, DecodeAVPairs, func(p AVPairs) []byte { return p.Append(nil) })
	})
}

// Nobody is let in who does not know a password, whatever the two messages are.
func FuzzServer(f *testing.F) {
	n := Negotiate{Flags: forgerFlags}
	f.Add(n.Append(nil), exampleAuthenticate)
	f.Add(n.Append(nil), (&Authenticate{Flags: forgerFlags, User: "ada", Domain: "EXAMPLE", NTResponse: (&Response{}).Append(nil)}).Append(nil))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		server := NewServer(testConfig())
		for _, token := range [][]byte{one, two, two} {
			_, done, err := server.Accept(t.Context(), token)
			require.False(t, done)
			require.Nil(t, server.Session())
			if err != nil {
				return
			}
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	s, err := NewSession(exampleKey, exampleFlags, ClientSide)
	require.NoError(f, err)
	token, err := s.Wrap(nil, []byte("message"))
	require.NoError(f, err)
	f.Add(token)
	f.Add(token[:15])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := NewSession(exampleKey, exampleFlags, ServerSide)
		require.NoError(t, err)
		genuine := bytes.Equal(b, token)
		_, err = s.Unwrap(b)
		require.Equal(t, genuine, err == nil)
	})
}
