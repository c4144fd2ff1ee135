package spnego

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Strict DER has one form: what was read is written the same, unless there were
// parts that are passed over.
func FuzzDecodeNegTokenInit(f *testing.F) {
	f.Add(windowsHint)
	f.Add(pyspnegoInit)
	f.Add(fromHex("601f 06062b0601050502 a015 3013 a007 3005 06032a0304 a104 03020106 a202 0400"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeNegTokenInit(b)
		if err != nil {
			require.ErrorIs(t, err, ErrToken)
			return
		}
		one, err := m.Bytes()
		require.NoError(t, err)
		require.LessOrEqual(t, len(one), len(b)+64)
		again, err := DecodeNegTokenInit(one)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

func FuzzDecodeNegTokenResp(f *testing.F) {
	f.Add(fromHex("a1073005a0030a0100"))
	f.Add(fromHex("a10d300b a0030a0101 a4020500 a5 00"))
	b, err := (&NegTokenResp{State: AcceptIncomplete, SupportedMech: OIDNTLM, ResponseToken: []byte("t"), MechListMIC: []byte("m")}).Bytes()
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeNegTokenResp(b)
		if err != nil {
			require.ErrorIs(t, err, ErrToken)
			return
		}
		one, err := m.Bytes()
		require.NoError(t, err)
		again, err := DecodeNegTokenResp(one)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

func FuzzUnframe(f *testing.F) {
	f.Add(windowsHint)
	f.Add(fromHex("600b06092a864886f712010202"))
	f.Fuzz(func(t *testing.T, b []byte) {
		oid, inner, err := Unframe(b)
		if err != nil {
			require.ErrorIs(t, err, ErrToken)
			return
		}
		if again, err := Frame(oid, inner); err == nil {
			require.Equal(t, b, again)
		}
	})
}

// Whatever comes, nobody is let in without the mechanism's consent.
func FuzzAcceptor(f *testing.F) {
	f.Add(pyspnegoInit, fromHex("a1073005a0030a0100"))
	f.Add(windowsHint, []byte("NTLMSSP\x00"))
	f.Add([]byte("NTLMSSP\x00"), []byte{})
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a := NewAcceptor(ntlmServer())
		for _, token := range [][]byte{one, two, two} {
			_, done, err := a.Accept(t.Context(), token)
			require.False(t, done)
			if err != nil {
				return
			}
		}
	})
}

func FuzzInitiator(f *testing.F) {
	f.Add(fromHex("a1073005a0030a0100"))
	f.Add(fromHex("a1073005a0030a0103"))
	f.Fuzz(func(t *testing.T, b []byte) {
		i := NewInitiator(threeClient(), kerberosClient())
		_, _, err := i.Initiate(t.Context(), nil)
		require.NoError(t, err)
		_, done, err := i.Initiate(t.Context(), b)
		require.False(t, done && err == nil)
	})
}
