// Package endpointtest has a PowerShell endpoint for tests of clients, in the
// manner of net/http/httptest: a real server with an engine in Go behind it, on
// loopback, with a user of its own.
//
//	server := endpointtest.NewServer(t)
//	// run a client against server.URL as server.User with server.Password
//
// Package wsman/wsmantest is for what a real server would not do.
package endpointtest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
)

// Server is a running endpoint.
type Server struct {
	*endpoint.Server
	// URL is where it serves.
	URL string
	// User may log on with Password; nobody else may.
	User, Password string
	// Certificate is the server's own; nil over HTTP.
	Certificate *x509.Certificate
}

// NewServer starts an endpoint over HTTPS with the commands of commands.Demo and
// those that are given. It is closed at the end of the test.
func NewServer(t testing.TB, more ...*runspace.Command) *Server {
	t.Helper()
	return Start(t, endpoint.Config{Configurations: []endpoint.Configuration{{Commands: append(commands.Demo(), more...)}}})
}

// Start starts an endpoint over HTTPS. Where the Config has no users it gets one.
func Start(t testing.TB, c endpoint.Config) *Server {
	t.Helper()
	certificate, err := endpoint.SelfSigned()
	if err != nil {
		t.Fatalf("endpointtest: %v", err)
	}
	return start(t, c, &certificate)
}

// StartUnencrypted starts an endpoint over HTTP that takes passwords and messages
// in clear.
func StartUnencrypted(t testing.TB, c endpoint.Config) *Server {
	t.Helper()
	c.AllowUnencrypted = true
	return start(t, c, nil)
}

func start(t testing.TB, c endpoint.Config, certificate *tls.Certificate) *Server {
	t.Helper()
	s := &Server{User: "tester", Password: rand.Text()}
	if len(c.Users) == 0 && c.Authenticator == nil {
		c.Users = map[string]string{s.User: s.Password}
	}
	var err error
	if s.Server, err = endpoint.New(c); err != nil {
		t.Fatalf("endpointtest: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("endpointtest: %v", err)
	}
	ended := make(chan error, 1)
	s.URL = "http://" + l.Addr().String() + "/wsman"
	if certificate == nil {
		go func() { ended <- s.Serve(l) }()
	} else {
		s.Certificate = certificate.Leaf
		s.URL = "https://" + l.Addr().String() + "/wsman"
		go func() { ended <- s.ServeTLS(l, *certificate) }()
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("endpointtest: %v", err)
		}
		if err := <-ended; !errors.Is(err, endpoint.ErrServerClosed) {
			t.Errorf("endpointtest: %v", err)
		}
	})
	return s
}

// TLSConfig is for clients: it trusts the server's certificate, and no other.
func (s *Server) TLSConfig() *tls.Config {
	pool := x509.NewCertPool()
	if s.Certificate != nil {
		pool.AddCert(s.Certificate)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}
