package wsmanserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// certificate makes one that nobody trusts.
func certificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestHTTP2 is never spoken, whatever a client offers and however the listener
// was made: authentication belongs to a connection.
func TestHTTP2(t *testing.T) {
	config := func() *tls.Config { return &tls.Config{Certificates: []tls.Certificate{certificate(t)}} }
	for name, serve := range map[string]func(s *wsmanserver.Server, l net.Listener) (*http.Server, func() error){
		"ServeTLS": func(s *wsmanserver.Server, l net.Listener) (*http.Server, func() error) {
			server := s.HTTPServer(config())
			return server, func() error { return server.ServeTLS(l, "", "") }
		},
		"listener": func(s *wsmanserver.Server, l net.Listener) (*http.Server, func() error) {
			c := config()
			c.NextProtos = []string{"http/1.1"}
			server := s.HTTPServer(c)
			return server, func() error { return server.Serve(tls.NewListener(l, c)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			server, run := serve(wsmanserver.New(wsmanserver.Config{Handler: wsman.HandlerFunc(echo), Authenticator: everybody{}}), l)
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = run()
			}()
			defer func() { server.Close(); <-done }()

			for _, offered := range [][]string{{"h2", "http/1.1"}, {"http/1.1"}, nil} {
				c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: offered}) //nolint:gosec // a certificate of this test
				require.NoError(t, err)
				assert.NotEqual(t, "h2", c.ConnectionState().NegotiatedProtocol)
				c.Close()
			}
			c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // a certificate of this test
			if err == nil {
				c.Close()
			}
			require.Error(t, err, "a client that wants nothing else is refused")

			transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true} //nolint:gosec // a certificate of this test
			defer transport.CloseIdleConnections()
			response, err := (&http.Client{Transport: transport}).Post("https://"+l.Addr().String()+"/wsman", contentType, strings.NewReader(envelope("<x/>")))
			require.NoError(t, err)
			response.Body.Close()
			assert.Equal(t, 200, response.StatusCode)
			assert.Equal(t, "HTTP/1.1", response.Proto)
		})
	}
}

// TestHTTP2InClear: neither by prior knowledge nor by upgrade.
func TestHTTP2InClear(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t)
	c.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	if r, err := c.tryRead(); err == nil {
		assert.GreaterOrEqual(t, r.status, 400)
	}
	c.closed()
	c = w.dial(t)
	r := c.post(envelope("<x>hi</x>"), "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
	assert.Equal(t, "hi", r.element().Text())
}
