package credssp

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// untouched is the world that an attack leaves: nobody has got a password.
func untouched(t *testing.T, w *world, result auth.Result, server error) {
	t.Helper()
	assert.False(t, result.Done)
	assert.Empty(t, w.delegated)
	if server != nil {
		assert.ErrorIs(t, server, auth.ErrWrongCredentials, "the client is to blame")
	}
}

// The relay itself stops nothing.
func TestRelayThatChangesNothing(t *testing.T) {
	certificate, err := testCertificate()
	require.NoError(t, err)
	w := newWorld(t)
	result, server, client := relay(t, newInitiator(t, asAda()), w.begin(t), certificate, func(int, *TSRequest) {})
	require.NoError(t, server)
	require.NoError(t, client)
	assert.True(t, result.Done)
	assert.Len(t, w.delegated, 1)
}

// Somebody in between has another key: the server finds out, and says so where
// there are words for it. The client keeps its password.
func TestManInTheMiddle(t *testing.T) {
	other, err := selfSigned()
	require.NoError(t, err)
	for _, version := range []int{2, 4, 5, 6} {
		w := newWorld(t)
		w.config.MinVersion = 2
		client := asAda()
		client.MinVersion, client.MaxVersion = 2, version
		i := newInitiator(t, client)
		result, server, refused := relay(t, i, w.begin(t), other, func(n int, r *TSRequest) {
			assert.Nil(t, r.AuthInfo)
		})
		untouched(t, w, result, server)
		require.ErrorIs(t, server, ErrBinding)
		if tellsStatus(version) {
			var status *StatusError
			require.ErrorAs(t, refused, &status)
			assert.Equal(t, StatusAccessDenied, status.Status)
		}
	}
}

// Somebody in between who answers in the server's place has nothing to say but
// what the client has said.
func TestReflectedPubKeyAuth(t *testing.T) {
	certificate, err := testCertificate()
	require.NoError(t, err)
	for _, version := range []int{2, 6} {
		w := newWorld(t)
		w.config.MinVersion = 2
		client := asAda()
		client.MinVersion, client.MaxVersion = 2, version
		var said []byte
		_, _, refused := relay(t, newInitiator(t, client), w.begin(t), certificate, func(n int, r *TSRequest) {
			if n%2 == 0 {
				said = bytes.Clone(r.PubKeyAuth)
			} else if r.PubKeyAuth != nil {
				r.PubKeyAuth = said
			}
		})
		require.ErrorIs(t, refused, ErrBinding)
		assert.Empty(t, w.delegated)
	}
}

// The server's words are sealed right and wrong.
func TestServerThatLies(t *testing.T) {
	w := newWorld(t)
	w.lie()
	_, server, client := converse(t, newInitiator(t, asAda()), w.begin(t), nil)
	require.NoError(t, server)
	require.ErrorIs(t, client, ErrBinding)
	assert.Empty(t, w.delegated)
}

// A binding of another login, with the same key and password.
func TestReplayedPubKeyAuth(t *testing.T) {
	certificate, err := testCertificate()
	require.NoError(t, err)
	w := newWorld(t)
	var old *TSRequest
	_, server, _ := relay(t, newInitiator(t, asAda()), w.begin(t), certificate, func(n int, r *TSRequest) {
		if n == 2 {
			require.NotNil(t, r.PubKeyAuth)
			old = &TSRequest{PubKeyAuth: bytes.Clone(r.PubKeyAuth), ClientNonce: bytes.Clone(r.ClientNonce)}
		}
	})
	require.NoError(t, server)
	w.delegated = nil
	result, server, _ := relay(t, newInitiator(t, asAda()), w.begin(t), certificate, func(n int, r *TSRequest) {
		if n == 2 {
			r.PubKeyAuth, r.ClientNonce = old.PubKeyAuth, old.ClientNonce
		}
	})
	untouched(t, w, result, server)
	require.ErrorIs(t, server, ErrBinding)
}

// What is changed in messages that are else all right. The client's are 0, 2 and
// 4, the server's 1 and 3.
func TestTamperedRequest(t *testing.T) {
	certificate, err := testCertificate()
	require.NoError(t, err)
	flip := func(b []byte) { b[len(b)-1] ^= 1 }
	for name, c := range map[string]struct {
		at     int
		alter  func(r *TSRequest)
		server error // or else the client's
		client error
	}{
		"nonce":                       {2, func(r *TSRequest) { flip(r.ClientNonce) }, ErrBinding, nil},
		"no nonce":                    {2, func(r *TSRequest) { r.ClientNonce = nil }, ErrRequest, nil},
		"pubKeyAuth":                  {2, func(r *TSRequest) { flip(r.PubKeyAuth) }, ErrBinding, nil},
		"empty pubKeyAuth":            {2, func(r *TSRequest) { r.PubKeyAuth = []byte{} }, ErrBinding, nil},
		"NTLM message":                {2, func(r *TSRequest) { r.NegoToken[len(r.NegoToken)/2] ^= 1 }, auth.ErrWrongCredentials, nil},
		"list of mechanisms":          {2, func(r *TSRequest) { flip(r.NegoToken) }, auth.ErrWrongCredentials, nil},
		"no token":                    {2, func(r *TSRequest) { r.NegoToken = nil }, ErrOutOfOrder, nil},
		"nothing":                     {0, func(r *TSRequest) { r.NegoToken = nil }, ErrOutOfOrder, nil},
		"binding before the password": {0, func(r *TSRequest) { r.PubKeyAuth = []byte("x") }, ErrOutOfOrder, nil},
		"credentials at once":         {0, func(r *TSRequest) { r.AuthInfo = []byte("x") }, ErrOutOfOrder, nil},
		"credentials, nothing else":   {0, func(r *TSRequest) { *r = TSRequest{Version: 6, AuthInfo: []byte("x")} }, ErrOutOfOrder, nil},
		"credentials with binding":    {2, func(r *TSRequest) { r.AuthInfo = r.PubKeyAuth }, ErrOutOfOrder, nil},
		"credentials for binding":     {2, func(r *TSRequest) { r.AuthInfo, r.PubKeyAuth = r.PubKeyAuth, nil }, ErrOutOfOrder, nil},
		"error code of a client":      {0, func(r *TSRequest) { r.ErrorCode = StatusLogonFailure }, ErrOutOfOrder, nil},
		"credentials":                 {4, func(r *TSRequest) { flip(r.AuthInfo) }, ErrRequest, nil},
		"no credentials":              {4, func(r *TSRequest) { r.AuthInfo = nil }, ErrOutOfOrder, nil},
		"credentials and more":        {4, func(r *TSRequest) { r.PubKeyAuth = []byte("x") }, ErrOutOfOrder, nil},
		"old version":                 {0, func(r *TSRequest) { r.Version = 2 }, ErrVersion, nil},
		"no version":                  {0, func(r *TSRequest) { r.Version = 0 }, ErrVersion, nil},
		"version of the second":       {2, func(r *TSRequest) { r.Version = 5 }, ErrVersion, nil},
		"version of the last":         {4, func(r *TSRequest) { r.Version = 7 }, ErrVersion, nil},

		"server's old version":        {1, func(r *TSRequest) { r.Version = 4 }, nil, ErrVersion},
		"server's second version":     {3, func(r *TSRequest) { r.Version = 5 }, nil, ErrVersion},
		"server's pubKeyAuth":         {3, func(r *TSRequest) { flip(r.PubKeyAuth) }, nil, ErrBinding},
		"no pubKeyAuth of the server": {3, func(r *TSRequest) { r.PubKeyAuth = nil }, nil, ErrOutOfOrder},
		"server's early pubKeyAuth":   {1, func(r *TSRequest) { r.PubKeyAuth = []byte("x") }, nil, ErrOutOfOrder},
		"no last token of the server": {3, func(r *TSRequest) { r.NegoToken = nil }, nil, ErrOutOfOrder},
		"no token of the server":      {1, func(r *TSRequest) { r.NegoToken = nil }, nil, ErrOutOfOrder},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			result, server, client := relay(t, newInitiator(t, asAda()), w.begin(t), certificate, func(n int, r *TSRequest) {
				if n == c.at {
					c.alter(r)
				}
			})
			untouched(t, w, result, server)
			require.ErrorIs(t, server, c.server)
			if c.client != nil {
				require.ErrorIs(t, client, c.client)
			}
		})
	}
}

// Where old versions are allowed a client that knows better is still not led
// to speak one: what it says then does not fit.
func TestDowngrade(t *testing.T) {
	certificate, err := testCertificate()
	require.NoError(t, err)
	w := newWorld(t)
	w.config.MinVersion = 2
	result, server, _ := relay(t, newInitiator(t, asAda()), w.begin(t), certificate, func(n int, r *TSRequest) {
		if n%2 == 0 {
			r.Version = 2
		}
	})
	untouched(t, w, result, server)
	require.ErrorIs(t, server, ErrRequest, "there is a nonce")
}

// The server's status says no more than the client knows.
func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		client InitiatorConfig
		want   Status
		blame  bool
		user   string
	}{
		"wrong password": {asUser("ada", "EXAMPLE", "Geheim"), StatusLogonFailure, true, "ada"},
		"nobody":         {asUser("eve", "EXAMPLE", "geheim"), StatusLogonFailure, true, "eve"},
		"no user here":   {asUser("stranger", "EXAMPLE", "geheim"), StatusLogonFailure, true, ""},
		"our fault":      {asUser("broken", "EXAMPLE", "geheim"), StatusInternalError, false, "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			result, server, client := converse(t, newInitiator(t, c.client), w.begin(t), nil)
			assert.False(t, result.Done)
			require.Error(t, server)
			assert.Equal(t, c.blame, isBlamed(server), "%v", server)
			var refused *auth.Error
			require.ErrorAs(t, server, &refused)
			assert.Equal(t, c.user, refused.User)
			var status *StatusError
			require.ErrorAs(t, client, &status)
			assert.Equal(t, c.want, status.Status)
			assert.Empty(t, w.delegated)
		})
	}
}

// Version 5 has no status.
func TestNoStatus(t *testing.T) {
	client := asUser("ada", "EXAMPLE", "Geheim")
	client.MaxVersion = 5
	result, server, refused := converse(t, newInitiator(t, client), newWorld(t).begin(t), nil)
	assert.Empty(t, result.Token)
	require.ErrorIs(t, server, auth.ErrWrongCredentials)
	require.NoError(t, refused)
}

// A client that is too old is told, if its version knows how.
func TestOldVersion(t *testing.T) {
	for version, told := range map[int]bool{2: false, 3: true, 4: true} {
		client := asAda()
		client.MinVersion, client.MaxVersion = 2, version
		_, server, refused := converse(t, newInitiator(t, client), newWorld(t).begin(t), nil)
		require.ErrorIs(t, server, ErrVersion)
		var status *StatusError
		require.Equal(t, told, errors.As(refused, &status))
		if told {
			assert.Equal(t, StatusNotSupported, status.Status)
		}
	}
}

// Smart cards and Remote Credential Guard are refused, by a sealed message that
// is else all right.
func TestOtherCredentials(t *testing.T) {
	w := newWorld(t)
	i := newInitiator(t, asAda())
	c := w.begin(t)
	_, server, _ := converse(t, i, c, func(n int, token []byte) []byte {
		if n != 8 {
			return token
		}
		// The mechanism's counter has moved on; a second message is next.
		sealed, err := i.mechanism().Wrap(unhex(t, "300aa003020102a1030401ff"))
		require.NoError(t, err)
		_, err = c.mechanism().Unwrap(sealedBefore(t, c, token))
		require.NoError(t, err)
		token, err = i.send(&TSRequest{AuthInfo: sealed})
		require.NoError(t, err)
		return token
	})
	require.ErrorIs(t, server, ErrCredentials)
	assert.Empty(t, w.delegated)
}

// sealedBefore opens the client's last token in the server's place.
func sealedBefore(t *testing.T, c *Context, token []byte) []byte {
	t.Helper()
	return received(t, c.tunnel, token).AuthInfo
}

// Who is refused because of what it delegates is told, though it has said its
// last word.
func TestDelegationRefused(t *testing.T) {
	w := newWorld(t)
	w.refuse = errNoUser
	result, server, client := converse(t, newInitiator(t, asAda()), w.begin(t), nil)
	assert.False(t, result.Done)
	require.ErrorIs(t, server, errNoUser)
	var status *StatusError
	require.ErrorAs(t, client, &status)
}
