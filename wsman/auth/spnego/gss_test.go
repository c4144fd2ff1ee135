package spnego

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
)

// MIT's SPNEGO with gss-ntlmssp in it, as what Linux has of both.
func TestGSSClient(t *testing.T) {
	for name, c := range map[string]struct {
		options ntlmtest.Options
		want    error
	}{
		"right":          {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim"}, nil},
		"bindings":       {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Bindings: []byte("tls-server-end-point:x")}, nil},
		"no protection":  {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Plain: true}, nil},
		"wrong password": {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "x"}, ntlm.ErrLogonFailed},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Side, c.options.Protocol = "initiate", "negotiate"
			peer, server := ntlmtest.StartGSS(t, c.options), ntlmServer()
			a := NewAcceptor(kerberosServer(), server)

			token, _, err := peer.Step(nil)
			require.NoError(t, err)
			token, _, err = a.Accept(t.Context(), token)
			require.NoError(t, err)
			token, _, err = peer.Step(token)
			require.NoError(t, err)
			token, done, err := a.Accept(t.Context(), token)
			require.ErrorIs(t, err, c.want)
			if c.want != nil {
				return
			}
			require.True(t, done)
			assert.True(t, server.Peer().MIC, "in SPNEGO it sends one")
			assert.True(t, a.received && a.sent, "lists are signed")
			token, done, err = peer.Step(token)
			require.NoError(t, err, "it takes our mechListMIC")
			assert.True(t, done)
			assert.Empty(t, token)
			if c.options.Bindings != nil {
				assert.Equal(t, ntlm.BindingsMatch, server.Peer().Bindings.Check(ntlm.NewBindings(c.options.Bindings)))
			}
			if !c.options.Plain {
				exchange(t, server.Session(), peer)
			}
		})
	}
}

func TestGSSServer(t *testing.T) {
	for name, c := range map[string]struct {
		before InitiatorMechanism // what is offered before NTLM
		tokens int                // that we send
	}{
		"first choice":  {nil, 2},
		"second choice": {&script{oids: []string{OIDKerberos}, awaits: []string{"", ""}, sends: []string{"AP-REQ", ""}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			peer := ntlmtest.StartGSS(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: "EXAMPLE:ada:geheim\n"})
			client := ntlmClient()
			i := NewInitiator(client)
			if c.before != nil {
				i = NewInitiator(c.before, client)
			}
			token, done, err := i.Initiate(t.Context(), nil)
			require.NoError(t, err)
			sent := 0
			for !done {
				sent++
				token, _, err = peer.Step(token)
				require.NoError(t, err)
				token, done, err = i.Initiate(t.Context(), token)
				require.NoError(t, err)
			}
			assert.Equal(t, c.tokens, sent)
			assert.Empty(t, token)
			assert.True(t, i.sent && i.received, "lists are signed")
			assert.Equal(t, c.before == nil, i.honoured)
			assert.Equal(t, `EXAMPLE\ada`, peer.Principal())
			exchange(t, client.Session(), peer)
		})
	}
}

// It sees a list that was changed, so it looks at our signature.
func TestGSSServerChecksOurMechListMIC(t *testing.T) {
	peer := ntlmtest.StartGSS(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: "EXAMPLE:ada:geheim\n"})
	i := NewInitiator(ntlmClient())
	token, _, err := i.Initiate(t.Context(), nil)
	require.NoError(t, err)
	i.types.DER[len(i.types.DER)-1] ^= 1
	token, _, err = peer.Step(token)
	require.NoError(t, err)
	token, _, err = i.Initiate(t.Context(), token)
	require.NoError(t, err)
	_, _, err = peer.Step(token)
	assert.ErrorContains(t, err, "BadMICError")
}
