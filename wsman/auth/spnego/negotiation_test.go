package spnego

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

func TestNegotiation(t *testing.T) {
	strange := func() *script {
		return &script{oids: []string{OIDNegoEx}, awaits: []string{""}, sends: []string{"nego"}, signs: "c"}
	}
	wanting := func(s *script) *script { s.wantsMIC = true; return s }
	failing := func(s *script) *script { s.fails = errors.New("no ticket"); return s }
	for name, c := range map[string]struct {
		client   []InitiatorMechanism
		server   []Mechanism
		chosen   string
		tokens   int
		sent     bool // a mechListMIC, by both
		honoured bool
	}{
		"client speaks last":              {[]InitiatorMechanism{threeClient()}, []Mechanism{threeServer()}, OIDNTLM, 4, false, true},
		"client speaks last, with MIC":    {[]InitiatorMechanism{wanting(threeClient())}, []Mechanism{wanting(threeServer())}, OIDNTLM, 4, true, true},
		"only the client wants a MIC":     {[]InitiatorMechanism{wanting(threeClient())}, []Mechanism{threeServer()}, OIDNTLM, 4, true, true},
		"only the server wants a MIC":     {[]InitiatorMechanism{threeClient()}, []Mechanism{wanting(threeServer())}, OIDNTLM, 5, true, true},
		"server speaks last":              {[]InitiatorMechanism{kerberosClient()}, []Mechanism{kerberosServer()}, OIDKerberos, 2, false, true},
		"server speaks last, with MIC":    {[]InitiatorMechanism{kerberosClient()}, []Mechanism{wanting(kerberosServer())}, OIDKerberos, 3, true, true},
		"second choice":                   {[]InitiatorMechanism{kerberosClient(), threeClient()}, []Mechanism{threeServer()}, OIDNTLM, 6, true, false},
		"second choice, server last":      {[]InitiatorMechanism{strange(), kerberosClient()}, []Mechanism{kerberosServer()}, OIDKerberos, 5, true, false},
		"the server's order is no matter": {[]InitiatorMechanism{kerberosClient(), threeClient()}, []Mechanism{threeServer(), kerberosServer()}, OIDKerberos, 2, false, true},
		"the first cannot begin":          {[]InitiatorMechanism{failing(kerberosClient()), threeClient()}, []Mechanism{threeServer(), kerberosServer()}, OIDNTLM, 4, false, true},
		"NTLM":                            {[]InitiatorMechanism{ntlmClient()}, []Mechanism{ntlmServer()}, OIDNTLM, 4, true, true},
		"NTLM as second choice":           {[]InitiatorMechanism{kerberosClient(), ntlmClient()}, []Mechanism{ntlmServer()}, OIDNTLM, 6, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			i, a := NewInitiator(c.client...), NewAcceptor(c.server...)
			tokens, err := converse(t, i, a, nil)
			require.NoError(t, err)
			assert.Equal(t, c.tokens, tokens)
			assert.Equal(t, c.sent, a.sent)
			assert.Equal(t, c.sent, a.received)
			assert.Equal(t, c.sent, i.sent)
			assert.Equal(t, c.sent, i.received)
			assert.Equal(t, c.honoured, a.honoured)
			assert.True(t, isNamed(a.Chosen().OIDs(), c.chosen))
			assert.True(t, isNamed(i.Chosen().OIDs(), c.chosen))
			assert.False(t, a.Raw())

			_, _, err = a.Accept(t.Context(), nil)
			assert.ErrorIs(t, err, ErrOutOfOrder)
			_, _, err = i.Initiate(t.Context(), nil)
			assert.ErrorIs(t, err, ErrOutOfOrder)
		})
	}
}

// After the lists were signed messages go on with number 1 on both sides.
func TestNTLMSealsAfterNegotiation(t *testing.T) {
	client, server := ntlmClient(), ntlmServer()
	_, err := converse(t, NewInitiator(client), NewAcceptor(server), nil)
	require.NoError(t, err)
	assert.True(t, server.Peer().MIC)
	for _, pair := range [][2]*ntlm.Session{{client.Session(), server.Session()}, {server.Session(), client.Session()}} {
		token, err := pair[0].Wrap(nil, []byte("message"))
		require.NoError(t, err)
		assert.Equal(t, []byte{1, 0, 0, 0}, token[12:16])
		plain, err := pair[1].Unwrap(token)
		require.NoError(t, err)
		assert.Equal(t, "message", string(plain))
	}
}

// The first reply names the mechanism as the client did, not as the server
// would: Windows takes no other (pyspnego's account).
func TestSupportedMechIsTheClientsName(t *testing.T) {
	for _, oid := range []string{OIDKerberos, OIDMSKerberos} {
		list, err := NewMechTypes([]string{oid, OIDNTLM})
		require.NoError(t, err)
		first, err := (&NegTokenInit{MechTypes: list, MechToken: []byte("AP-REQ")}).Bytes()
		require.NoError(t, err)
		reply, done, err := NewAcceptor(kerberosServer()).Accept(t.Context(), first)
		require.NoError(t, err)
		assert.True(t, done)
		resp, err := DecodeNegTokenResp(reply)
		require.NoError(t, err)
		assert.Equal(t, &NegTokenResp{State: AcceptCompleted, SupportedMech: oid, ResponseToken: []byte("AP-REP")}, resp)
	}
}

func TestFirstReplies(t *testing.T) {
	for name, c := range map[string]struct {
		oids  []string
		token []byte
		want  NegTokenResp
	}{
		"optimistic":        {[]string{OIDNTLM}, []byte("one"), NegTokenResp{AcceptIncomplete, OIDNTLM, []byte("two"), nil}},
		"without a token":   {[]string{OIDNTLM, OIDKerberos}, nil, NegTokenResp{AcceptIncomplete, OIDNTLM, nil, nil}},
		"with an empty one": {[]string{OIDNTLM}, []byte{}, NegTokenResp{AcceptIncomplete, OIDNTLM, nil, nil}},
		"Windows' list": {
			[]string{OIDMSKerberos, OIDKerberos, OIDNegoEx, OIDNTLM}, []byte("AP-REQ"),
			NegTokenResp{RequestMIC, OIDNTLM, nil, nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := NewMechTypes(c.oids)
			require.NoError(t, err)
			first, err := (&NegTokenInit{MechTypes: list, MechToken: c.token}).Bytes()
			require.NoError(t, err)
			reply, done, err := NewAcceptor(threeServer()).Accept(t.Context(), first)
			require.NoError(t, err)
			assert.False(t, done)
			got, err := DecodeNegTokenResp(reply)
			require.NoError(t, err)
			assert.Equal(t, c.want, *got)
		})
	}
}

func TestRawTokens(t *testing.T) {
	// NTLM has no framing, and is answered without.
	client, server := ntlmClient(), ntlmServer()
	a := NewAcceptor(kerberosServer(), server)
	one, _, err := client.Initiate(t.Context(), nil)
	require.NoError(t, err)
	two, done, err := a.Accept(t.Context(), one)
	require.NoError(t, err)
	assert.False(t, done)
	assert.True(t, bytes.HasPrefix(two, ntlmSignature))
	three, _, err := client.Initiate(t.Context(), two)
	require.NoError(t, err)
	_, done, err = a.Accept(t.Context(), three)
	require.NoError(t, err)
	assert.True(t, done)
	assert.True(t, a.Raw())
	assert.Same(t, server, a.Chosen())

	// Kerberos' framing is part of its token.
	request, err := Frame(OIDKerberos, []byte("\x01\x00AP-REQ"))
	require.NoError(t, err)
	k := kerberosServer()
	k.awaits[0] = string(request)
	reply, done, err := NewAcceptor(k).Accept(t.Context(), request)
	require.NoError(t, err)
	assert.True(t, done)
	assert.Equal(t, "AP-REP", string(reply))

	// What nobody registered is not spoken raw either.
	_, _, err = NewAcceptor(threeServer()).Accept(t.Context(), request)
	assert.ErrorIs(t, err, ErrNoMechanism)
	_, _, err = NewAcceptor(kerberosServer()).Accept(t.Context(), one)
	assert.ErrorIs(t, err, ErrNoMechanism)
}

func TestNoCommonMechanism(t *testing.T) {
	i, a := NewInitiator(kerberosClient()), NewAcceptor(threeServer())
	_, err := converse(t, i, a, nil)
	assert.ErrorIs(t, err, ErrNoMechanism)
	_, _, err = NewInitiator().Initiate(t.Context(), nil)
	assert.ErrorIs(t, err, ErrNoMechanism)
	empty, err := NewMechTypes(nil)
	require.NoError(t, err)
	first, err := (&NegTokenInit{MechTypes: empty}).Bytes()
	require.NoError(t, err)
	_, _, err = NewAcceptor(threeServer()).Accept(t.Context(), first)
	assert.ErrorIs(t, err, ErrNoMechanism)
}
