package ntlm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
)

// gss-ntlmssp sends what stands behind an @ as the domain, and makes its response
// with it; a user principal name is what has a \ before it.
func TestGSSClient(t *testing.T) {
	known := users{
		`example\ada`: "geheim", `example.com\ada`: "geheim", "ada@example.com": "geheim", "bob": "grün€𝄞",
	}
	for name, c := range map[string]struct {
		options      ntlmtest.Options
		want         error
		user, domain string
		state        BindingsState
	}{
		"domain":              {ntlmtest.Options{User: `EXAMPLE\Ada`, Password: "geheim"}, nil, "Ada", "EXAMPLE", BindingsAbsent},
		"domain behind @":     {ntlmtest.Options{User: "ada@Example.Com", Password: "geheim"}, nil, "ada", "Example.Com", BindingsAbsent},
		"user principal name": {ntlmtest.Options{User: `\Ada@example.com`, Password: "geheim"}, nil, "Ada@example.com", "", BindingsAbsent},
		"no domain":           {ntlmtest.Options{User: "bob", Password: "grün€𝄞"}, nil, "bob", "", BindingsAbsent},
		"MIC":                 {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", MIC: true}, nil, "ada", "EXAMPLE", BindingsAbsent},
		"no protection":       {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Plain: true}, nil, "ada", "EXAMPLE", BindingsAbsent},
		"bindings":            {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Bindings: testBindings}, nil, "ada", "EXAMPLE", BindingsMatch},
		"wrong bindings":      {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", Bindings: []byte("x")}, nil, "ada", "EXAMPLE", BindingsMismatch},
		"wrong password":      {ntlmtest.Options{User: `EXAMPLE\ada`, Password: "Geheim"}, ErrLogonFailed, "", "", BindingsAbsent},
		"unknown user":        {ntlmtest.Options{User: `EXAMPLE\eve`, Password: "geheim"}, ErrLogonFailed, "", "", BindingsAbsent},
		"unknown domain":      {ntlmtest.Options{User: "ada@example.org", Password: "geheim"}, ErrLogonFailed, "", "", BindingsAbsent},
	} {
		t.Run(name, func(t *testing.T) {
			peer, server := startGSSClient(t, c.options), NewServer(testConfig())
			server.config.Verifier = NewHashVerifier(known.lookUp)
			server.config.RequireMIC = c.options.MIC
			token, err := answerGSSClient(t, peer, server)
			require.NoError(t, err)
			_, done, err := server.Accept(t.Context(), token)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, c.want == nil, done)
			if c.want != nil {
				assert.Nil(t, server.Session())
				return
			}
			assert.Equal(t, c.user, server.Peer().User)
			assert.Equal(t, c.domain, server.Peer().Domain)
			assert.Equal(t, "HTTP/server", server.Peer().TargetName)
			assert.Equal(t, c.options.MIC, server.Peer().MIC)
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

func startGSSClient(t *testing.T, options ntlmtest.Options) *ntlmtest.Peer {
	t.Helper()
	options.Side, options.Protocol = "initiate", "ntlm"
	return ntlmtest.StartGSS(t, options)
}

// answerGSSClient takes a handshake up to the client's AUTHENTICATE.
func answerGSSClient(t *testing.T, peer *ntlmtest.Peer, server *Server) ([]byte, error) {
	t.Helper()
	token, _, err := peer.Step(nil)
	require.NoError(t, err)
	token, _, err = server.Accept(t.Context(), token)
	require.NoError(t, err)
	token, done, err := peer.Step(token)
	assert.Equal(t, err == nil, done)
	return token, err
}

// Its MIC is looked at, and a client that sends none is refused where it must.
func TestGSSClientMIC(t *testing.T) {
	for _, sends := range []bool{true, false} {
		peer, server := startGSSClient(t, ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim", MIC: sends}), NewServer(testConfig())
		server.config.RequireMIC = true
		token, err := answerGSSClient(t, peer, server)
		require.NoError(t, err)
		want := ErrMICMissing
		if sends {
			token[authenticateMIC] ^= 1
			want = ErrMICWrong
		}
		_, _, err = server.Accept(t.Context(), token)
		assert.ErrorIs(t, err, want)
	}
}

// What it says of these: it has only numbers.
const (
	gssUnknown = "Minor (2): No such file or directory"
	gssDenied  = "Invalid token was supplied, Minor (13): Permission denied"
	gssWrong   = "Minor (22): Invalid argument"
)

func TestGSSServer(t *testing.T) {
	bob := ClientConfig{User: "bob", Hash: NewHash("grün€𝄞")}
	bound, bare := bob, bob
	bound.Bindings, bare.Plain = NewBindings(testBindings), true
	for name, c := range map[string]struct {
		client    ClientConfig
		bindings  []byte
		principal string
		want      string
	}{
		"domain":              {testClient(), nil, `EXAMPLE\Ada`, ""},
		"no domain":           {bob, nil, "bob", ""},
		"user principal name": {ClientConfig{User: "ada@example.com", Hash: NewHash("geheim")}, nil, `\ada@example.com`, ""},
		"bindings":            {bound, testBindings, "bob", ""},
		"wrong bindings":      {bound, []byte("x"), "", gssDenied},
		"wrong password":      {ClientConfig{User: "bob", Hash: NewHash("x")}, nil, "", gssWrong},
		"unknown user":        {ClientConfig{User: "eve", Hash: NewHash("x")}, nil, "", gssUnknown},
		"plain":               {bare, nil, "bob", ""},
	} {
		t.Run(name, func(t *testing.T) {
			peer, client := startGSSServer(t, c.bindings), NewClient(c.client)
			_, done, err := peer.Step(answerGSSServer(t, peer, client))
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
func TestGSSServerChecksOurMIC(t *testing.T) {
	peer, client := startGSSServer(t, nil), NewClient(testClient())
	token := answerGSSServer(t, peer, client)
	token[authenticateMIC] ^= 1
	_, _, err := peer.Step(token)
	assert.ErrorContains(t, err, gssDenied)
}

func startGSSServer(t *testing.T, bindings []byte) *ntlmtest.Peer {
	t.Helper()
	const users = "EXAMPLE:ada:geheim\n:bob:grün€𝄞\n:ada@example.com:geheim\n"
	return ntlmtest.StartGSS(t, ntlmtest.Options{Side: "accept", Protocol: "ntlm", Users: users, Bindings: bindings})
}

// answerGSSServer takes a handshake up to our AUTHENTICATE.
func answerGSSServer(t *testing.T, peer *ntlmtest.Peer, client *Client) []byte {
	t.Helper()
	token, _, err := client.Initiate(t.Context(), nil)
	require.NoError(t, err)
	token, _, err = peer.Step(token)
	require.NoError(t, err)
	token, done, err := client.Initiate(t.Context(), token)
	require.NoError(t, err)
	require.True(t, done)
	return token
}

// A message that was changed on its way is refused by both, as client and as
// server.
func TestGSSTampered(t *testing.T) {
	client, server := startGSSClient(t, ntlmtest.Options{User: `EXAMPLE\ada`, Password: "geheim"}), NewServer(testConfig())
	token, err := answerGSSClient(t, client, server)
	require.NoError(t, err)
	_, _, err = server.Accept(t.Context(), token)
	require.NoError(t, err)

	acceptor, ours := startGSSServer(t, nil), NewClient(testClient())
	_, done, err := acceptor.Step(answerGSSServer(t, acceptor, ours))
	require.NoError(t, err)
	require.True(t, done)

	for name, pair := range map[string]struct {
		session *Session
		peer    *ntlmtest.Peer
	}{"client": {server.Session(), client}, "server": {ours.Session(), acceptor}} {
		signature, sealed := pair.peer.Seal([]byte("rm -rf /tmp/x"))
		sealed[7] ^= 1
		assert.ErrorIs(t, pair.session.Unseal(sealed, sealed, signature), ErrTampered, name)
		assert.Equal(t, make([]byte, 13), sealed, name)

		sealed = []byte("rm -rf /tmp/x")
		sig, err := pair.session.Seal(sealed, sealed)
		require.NoError(t, err)
		sealed[7] ^= 1
		_, err = pair.peer.Unseal(sig[:], sealed)
		assert.ErrorContains(t, err, "BadMICError", name)
	}
}
