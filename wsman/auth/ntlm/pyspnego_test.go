package ntlm

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
)

var testBindings = []byte("tls-server-end-point:0123456789abcdef0123456789abcdef")

// exchange seals and signs messages in both directions between a session of
// ours and a peer's, several in a row, because each direction is a
// stream.
func exchange(t *testing.T, session *Session, peer *ntlmtest.Peer) {
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

		signature, err = session.Sign(message)
		require.NoError(t, err)
		require.NoError(t, peer.Verify(message, signature[:]), "signature %d to the peer", i)
		require.NoError(t, session.Verify(message, peer.Sign(message)), "signature %d from the peer", i)
	}
}

func TestPyspnegoClient(t *testing.T) {
	for name, c := range map[string]struct {
		options ntlmtest.Options
		want    error
		state   BindingsState
	}{
		"domain":              {ntlmtest.Options{User: `EXAMPLE\Ada`, Password: "geheim"}, nil, BindingsAbsent},
		"user principal name": {ntlmtest.Options{User: "ada@example.com", Password: "geheim"}, nil, BindingsAbsent},
		"no domain":           {ntlmtest.Options{User: "bob", Password: "grün€𝄞"}, nil, BindingsAbsent},
		"no protection":       {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Plain: true}, nil, BindingsAbsent},
		"bindings":            {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Bindings: testBindings}, nil, BindingsMatch},
		"wrong bindings":      {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Bindings: []byte("x")}, nil, BindingsMismatch},
		"wrong password":      {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "Geheim"}, ErrLogonFailed, BindingsAbsent},
		"unknown user":        {ntlmtest.Options{User: `EXAMPLE\eve`, Password: "geheim"}, ErrLogonFailed, BindingsAbsent},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Side, c.options.Protocol = "initiate", "ntlm"
			peer := ntlmtest.Start(t, c.options)
			config := testConfig()
			config.RequireMIC = true
			server := NewServer(config)

			token, _, err := peer.Step(nil)
			require.NoError(t, err)
			token, _, err = server.Accept(t.Context(), token)
			require.NoError(t, err)
			token, done, err := peer.Step(token)
			require.NoError(t, err)
			require.True(t, done)
			_, done, err = server.Accept(t.Context(), token)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, c.want == nil, done)
			if c.want != nil {
				return
			}
			assert.True(t, server.Peer().MIC)
			assert.Equal(t, "HTTP/server", server.Peer().TargetName)
			assert.Equal(t, c.state, server.Peer().Bindings.Check(NewBindings(testBindings)))
			key := server.Session().Key()
			assert.Equal(t, peer.Key(), key[:])
			assert.Equal(t, !c.options.Plain, server.Session().CanSeal())
			if !c.options.Plain {
				exchange(t, server.Session(), peer)
			}
		})
	}
}

func TestPyspnegoServer(t *testing.T) {
	const users = "EXAMPLE:ada:geheim\n:bob:grün€𝄞\n:ada@example.com:geheim\n"
	for name, c := range map[string]struct {
		client    ClientConfig
		bindings  []byte
		principal string
		want      string
	}{
		"domain":              {testClient(), nil, `EXAMPLE\Ada`, ""},
		"no domain":           {ClientConfig{User: "bob", Hash: NewHash("grün€𝄞")}, nil, "bob", ""},
		"user principal name": {ClientConfig{User: "ada@example.com", Hash: NewHash("geheim")}, nil, "ada@example.com", ""},
		"bindings": {
			ClientConfig{User: "bob", Hash: NewHash("grün€𝄞"), Bindings: NewBindings(testBindings)}, testBindings, "bob", "",
		},
		"wrong bindings": {
			ClientConfig{User: "bob", Hash: NewHash("grün€𝄞"), Bindings: NewBindings([]byte("x"))}, testBindings, "", "Acceptor bindings do not match",
		},
		"wrong password": {ClientConfig{User: "bob", Hash: NewHash("x")}, nil, "", "Invalid NTLM response"},
		"plain":          {ClientConfig{User: "bob", Hash: NewHash("grün€𝄞"), Plain: true}, nil, "bob", ""},
	} {
		t.Run(name, func(t *testing.T) {
			peer := ntlmtest.Start(t, ntlmtest.Options{Side: "accept", Protocol: "ntlm", Users: users, Bindings: c.bindings})
			client := NewClient(c.client)
			token, _, err := client.Initiate(t.Context(), nil)
			require.NoError(t, err)
			token, _, err = peer.Step(token)
			require.NoError(t, err)
			token, _, err = client.Initiate(t.Context(), token)
			require.NoError(t, err)
			_, done, err := peer.Step(token)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.True(t, done)
			assert.Equal(t, c.principal, peer.Principal())
			key := client.Session().Key()
			assert.Equal(t, peer.Key(), key[:])
			if !c.client.Plain {
				exchange(t, client.Session(), peer)
			}
		})
	}
}

// It sees a MIC that is wrong, so it looks at ours.
func TestPyspnegoServerChecksOurMIC(t *testing.T) {
	peer := ntlmtest.Start(t, ntlmtest.Options{Side: "accept", Protocol: "ntlm", Users: "EXAMPLE:ada:geheim\n"})
	client := NewClient(testClient())
	token, _, err := client.Initiate(t.Context(), nil)
	require.NoError(t, err)
	token, _, err = peer.Step(token)
	require.NoError(t, err)
	token, _, err = client.Initiate(t.Context(), token)
	require.NoError(t, err)
	token[authenticateMIC] ^= 1
	_, _, err = peer.Step(token)
	assert.ErrorContains(t, err, "Invalid MIC")
}
