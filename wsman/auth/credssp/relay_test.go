package credssp

import (
	"crypto/tls"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// relay is somebody between a client and a server, who ends the client's TLS and
// begins another to the server. Alter may change each message on its way; n
// counts from 0, the client's being even. With the server's own certificate it
// is what a test needs to change messages that are else all right.
func relay(t testing.TB, i *Initiator, c *Context, certificate *tls.Certificate, alter func(n int, r *TSRequest)) (result auth.Result, server, client error) {
	t.Helper()
	front, token := answerTLS(t, i, certificate)
	back := dialTLS(t, c)
	for n := 0; ; n += 2 {
		r := received(t, front, token)
		alter(n, r)
		token, result, server = step(t, c, sent(t, back, r))
		if result.Done || len(token) == 0 {
			return result, server, nil
		}
		r = received(t, back, token)
		alter(n+1, r)
		if token, _, client = i.Initiate(t.Context(), sent(t, front, r)); client != nil {
			return result, server, client
		}
	}
}

// answerTLS is the server's side of a handshake. The token is the client's
// first message.
func answerTLS(t testing.TB, i *Initiator, certificate *tls.Certificate) (front *tunnel, token []byte) {
	t.Helper()
	w := newWorld(t)
	w.config.Certificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate, nil }
	front = w.scheme(t).server(new(shownKey))
	t.Cleanup(front.close)
	var done bool
	for !done {
		var err error
		token, _, err = i.Initiate(t.Context(), token)
		require.NoError(t, err)
		token, done, err = front.handshake(token)
		require.NoError(t, err)
	}
	token, _, err := i.Initiate(t.Context(), token)
	require.NoError(t, err)
	return front, token
}

// dialTLS is the client's side, up to where messages begin.
func dialTLS(t testing.TB, c *Context) *tunnel {
	t.Helper()
	back := newTunnel(func(n net.Conn) *tls.Conn { return tls.Client(n, &tls.Config{InsecureSkipVerify: true}) })
	t.Cleanup(back.close)
	var token []byte
	for {
		out, done, err := back.handshake(token)
		require.NoError(t, err)
		token = nil
		if len(out) > 0 {
			token, _, err = step(t, c, out)
			require.NoError(t, err)
		}
		if done {
			_, _, err = back.handshake(token)
			require.NoError(t, err)
			return back
		}
	}
}

func received(t testing.TB, tunnel *tunnel, token []byte) *TSRequest {
	t.Helper()
	_, _, err := tunnel.handshake(token)
	require.NoError(t, err)
	b, err := tunnel.read(nil, maxRequest)
	require.NoError(t, err)
	r, err := DecodeTSRequest(b)
	require.NoError(t, err)
	return r
}

func sent(t testing.TB, tunnel *tunnel, r *TSRequest) []byte {
	t.Helper()
	b, err := r.Bytes()
	require.NoError(t, err)
	token, err := tunnel.write(b)
	require.NoError(t, err)
	return token
}
