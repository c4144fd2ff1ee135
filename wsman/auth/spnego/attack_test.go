package spnego

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Somebody in between takes Kerberos out of the list, so that it comes to NTLM.
func TestMechanismTakenOut(t *testing.T) {
	withoutKerberos := func(n int, token []byte) []byte {
		if n != 0 {
			return token
		}
		_, err := DecodeNegTokenInit(token)
		require.NoError(t, err)
		list, err := NewMechTypes([]string{OIDNTLM})
		require.NoError(t, err)
		changed, err := (&NegTokenInit{MechTypes: list}).Bytes()
		require.NoError(t, err)
		return changed
	}
	i, a := NewInitiator(kerberosClient(), ntlmClient()), NewAcceptor(kerberosServer(), ntlmServer())
	_, err := converse(t, i, a, withoutKerberos)
	assert.ErrorIs(t, err, ErrMechListMIC)

	// He takes the signatures away, too. NTLM has a MIC, so one is awaited.
	i, a = NewInitiator(kerberosClient(), ntlmClient()), NewAcceptor(kerberosServer(), ntlmServer())
	_, err = converse(t, i, a, func(n int, token []byte) []byte {
		return withoutMIC(t, n, withoutKerberos(n, token))
	})
	assert.ErrorIs(t, err, ErrOutOfOrder)
	assert.False(t, a.complete())
}

// withoutMIC takes the signature out of all tokens but the first.
func withoutMIC(t *testing.T, n int, token []byte) []byte {
	if n == 0 {
		return token
	}
	r, err := DecodeNegTokenResp(token)
	require.NoError(t, err)
	r.MechListMIC = nil
	token, err = r.Bytes()
	require.NoError(t, err)
	return token
}

// A list of which the first was not taken is signed, or there is no end.
func TestMICTakenOut(t *testing.T) {
	for name, change := range map[string]func(n int, token []byte) []byte{
		"the client's": func(n int, token []byte) []byte {
			if n%2 == 0 {
				return withoutMIC(t, n, token)
			}
			return token
		},
		"the server's": func(n int, token []byte) []byte {
			if n%2 == 1 {
				return withoutMIC(t, n, token)
			}
			return token
		},
		"both": func(n int, token []byte) []byte { return withoutMIC(t, n, token) },
	} {
		t.Run(name, func(t *testing.T) {
			i, a := NewInitiator(kerberosClient(), threeClient()), NewAcceptor(threeServer())
			_, err := converse(t, i, a, change)
			assert.Error(t, err)
		})
	}
}

func TestMICChanged(t *testing.T) {
	for n := range 4 {
		i, a := NewInitiator(ntlmClient()), NewAcceptor(ntlmServer())
		_, err := converse(t, i, a, func(at int, token []byte) []byte {
			if at == n && at >= 2 {
				token[len(token)-1] ^= 1 // the last byte is the MIC's sequence number
			}
			return token
		})
		if n < 2 {
			require.NoError(t, err)
			continue
		}
		assert.ErrorIs(t, err, ErrMechListMIC)
	}
}

// What a client may not say, and what it may although it is odd.
func TestTokensOutOfOrder(t *testing.T) {
	resp := func(r NegTokenResp) []byte {
		b, err := r.Bytes()
		require.NoError(t, err)
		return b
	}
	first, _, err := NewInitiator(threeClient()).Initiate(t.Context(), nil)
	require.NoError(t, err)
	begun := func() *Acceptor {
		a := NewAcceptor(threeServer())
		_, _, err := a.Accept(t.Context(), first)
		require.NoError(t, err)
		return a
	}
	for name, c := range map[string]struct {
		a     *Acceptor
		token []byte
		want  error
	}{
		"NegTokenResp first":       {NewAcceptor(threeServer()), resp(NegTokenResp{ResponseToken: []byte("one")}), ErrToken},
		"NegTokenInit twice":       {begun(), first, ErrToken},
		"no token":                 {begun(), resp(NegTokenResp{State: AcceptIncomplete}), ErrOutOfOrder},
		"signature too early":      {begun(), resp(NegTokenResp{MechListMIC: []byte("c")}), ErrOutOfOrder},
		"rejected":                 {begun(), resp(NegTokenResp{State: Reject}), ErrRejected},
		"empty":                    {begun(), nil, ErrToken},
		"empty signature":          {begun(), resp(NegTokenResp{ResponseToken: []byte("three"), MechListMIC: []byte{}}), ErrMechListMIC},
		"raw in the middle":        {begun(), []byte("NTLMSSP\x00\x03\x00\x00\x00"), ErrToken},
		"too long":                 {begun(), make([]byte, MaxToken+1), ErrToken},
		"too long, at first":       {NewAcceptor(threeServer()), append([]byte("NTLMSSP\x00"), make([]byte, MaxToken)...), ErrToken},
		"the token as signature":   {begun(), resp(NegTokenResp{ResponseToken: []byte("three"), MechListMIC: []byte("three")}), nil},
		"something at its end":     {begun(), append(resp(NegTokenResp{ResponseToken: []byte("three")}), 0), ErrToken},
		"without anything unusual": {begun(), resp(NegTokenResp{ResponseToken: []byte("three")}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, done, err := c.a.Accept(t.Context(), c.token)
			assert.ErrorIs(t, err, c.want)
			assert.Equal(t, c.want == nil, done)
			_, _, err = c.a.Accept(t.Context(), c.token)
			assert.ErrorIs(t, err, ErrOutOfOrder, "it is over")
		})
	}
}

// What a server may not say to a client.
func TestServerOutOfOrder(t *testing.T) {
	for name, c := range map[string]struct {
		tokens []NegTokenResp
		want   error
	}{
		"completed too early":         {[]NegTokenResp{{State: AcceptCompleted}}, nil},
		"another mechanism":           {[]NegTokenResp{{State: AcceptIncomplete, SupportedMech: OIDNegoEx}}, ErrNoMechanism},
		"token of another":            {[]NegTokenResp{{State: RequestMIC, SupportedMech: OIDNTLM, ResponseToken: []byte("two")}}, ErrOutOfOrder},
		"rejected":                    {[]NegTokenResp{{State: Reject}}, ErrRejected},
		"signature too early":         {[]NegTokenResp{{State: RequestMIC, SupportedMech: OIDNTLM, MechListMIC: []byte("s")}}, ErrOutOfOrder},
		"more than its last token":    {[]NegTokenResp{{ResponseToken: []byte("AP-REP"), MechListMIC: []byte("x")}}, ErrMechListMIC},
		"completed without signature": {[]NegTokenResp{{State: RequestMIC, SupportedMech: OIDKerberos, ResponseToken: []byte("AP-REP")}, {State: AcceptCompleted}}, ErrMechListMIC},
		"request-mic twice":           {[]NegTokenResp{{State: RequestMIC, SupportedMech: OIDNTLM}, {State: RequestMIC, ResponseToken: []byte("two")}}, ErrOutOfOrder},
		"nothing to say":              {[]NegTokenResp{{State: AcceptIncomplete, ResponseToken: []byte("AP-REP")}}, ErrOutOfOrder},
		"token after the last":        {[]NegTokenResp{{State: RequestMIC, ResponseToken: []byte("AP-REP")}, {ResponseToken: []byte("x")}}, ErrOutOfOrder},
	} {
		t.Run(name, func(t *testing.T) {
			i := NewInitiator(kerberosClient(), threeClient())
			_, _, err := i.Initiate(t.Context(), nil)
			require.NoError(t, err)
			for n := range c.tokens {
				require.NoError(t, err)
				b, berr := c.tokens[n].Bytes()
				require.NoError(t, berr)
				_, _, err = i.Initiate(t.Context(), b)
			}
			if c.want == nil {
				assert.Error(t, err)
				return
			}
			assert.ErrorIs(t, err, c.want)
		})
	}
	_, _, err := NewInitiator(threeClient()).Initiate(t.Context(), []byte("x"))
	assert.ErrorIs(t, err, ErrOutOfOrder)
}

// A mechanism's error is what comes out.
func TestMechanismRefuses(t *testing.T) {
	client, server := threeClient(), threeServer()
	server.awaits[1] = "another"
	_, err := converse(t, NewInitiator(client), NewAcceptor(server), nil)
	assert.EqualError(t, err, "script: another token awaited")
}

// A mechanism that never ends is ended.
func TestEndlessMechanism(t *testing.T) {
	s := threeServer()
	s.awaits, s.sends = make([]string, 100), make([]string, 100)
	for i := range 100 {
		s.awaits[i] = "NTLMSSP\x00"
	}
	a := NewAcceptor(s)
	for range maxTokens {
		_, _, err := a.Accept(t.Context(), ntlmSignature)
		require.NoError(t, err)
	}
	_, _, err := a.Accept(t.Context(), ntlmSignature)
	assert.ErrorIs(t, err, ErrOutOfOrder)
}
