package spnego

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
)

// exchange seals messages in both directions, several in a row.
func exchange(t *testing.T, session *ntlm.Session, peer *ntlmtest.Peer) {
	t.Helper()
	for i := range 4 {
		message := bytes.Repeat([]byte(fmt.Sprintf("message %d;", i)), 1+i*100)
		sealed := make([]byte, len(message))
		signature, err := session.Seal(sealed, message)
		require.NoError(t, err)
		plain, err := peer.Unseal(signature[:], sealed)
		require.NoError(t, err, "message %d to the peer", i)
		assert.True(t, bytes.Equal(message, plain))

		theirs, sealed := peer.Seal(message)
		require.NoError(t, session.Unseal(sealed, sealed, theirs), "message %d from the peer", i)
		assert.True(t, bytes.Equal(message, sealed))
	}
}

func TestPyspnegoClient(t *testing.T) {
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
			peer, server := ntlmtest.Start(t, c.options), ntlmServer()
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
			assert.True(t, a.received && a.sent, "lists are signed")
			token, done, err = peer.Step(token)
			require.NoError(t, err, "pyspnego takes our mechListMIC")
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

func TestPyspnegoServer(t *testing.T) {
	for name, c := range map[string]struct {
		before InitiatorMechanism // what is offered before NTLM
		tokens int                // that we send
	}{
		"first choice": {nil, 2},
		// No token comes with the offer: pyspnego takes it for NTLM's.
		"second choice": {&script{oids: []string{OIDKerberos}, awaits: []string{"", ""}, sends: []string{"", ""}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			peer := ntlmtest.Start(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: "EXAMPLE:ada:geheim\n"})
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
func TestPyspnegoServerChecksOurMechListMIC(t *testing.T) {
	peer := ntlmtest.Start(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: "EXAMPLE:ada:geheim\n"})
	i := NewInitiator(ntlmClient())
	token, _, err := i.Initiate(t.Context(), nil)
	require.NoError(t, err)
	i.types.DER[len(i.types.DER)-1] ^= 1
	token, _, err = peer.Step(token)
	require.NoError(t, err)
	token, _, err = i.Initiate(t.Context(), token)
	require.NoError(t, err)
	_, _, err = peer.Step(token)
	assert.ErrorContains(t, err, "MIC")
}
