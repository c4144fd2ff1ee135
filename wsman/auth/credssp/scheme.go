package credssp

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Scheme is CredSSP for all connections of a listener. It implements
// auth.Scheme.
type Scheme struct {
	config   Config
	versions versions
	own      func() (*tls.Certificate, error)
	waiting  waiting
}

// New makes the scheme.
func New(c Config) (*Scheme, error) {
	if c.Mechanisms == nil || c.Identify == nil {
		return nil, errors.New("credssp: Mechanisms and Identify are needed")
	}
	v, err := newVersions(c.MinVersion, c.MaxVersion)
	if err != nil {
		return nil, err
	}
	if c.MinTLS == 0 {
		c.MinTLS = tls.VersionTLS12
	}
	if c.MaxTLS == 0 {
		c.MaxTLS = tls.VersionTLS13
	}
	if c.MinTLS > c.MaxTLS {
		return nil, errors.New("credssp: MinTLS is above MaxTLS")
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxHandshakes <= 0 {
		c.MaxHandshakes = DefaultMaxHandshakes
	}
	s := &Scheme{config: c, versions: v, own: sync.OnceValues(selfSigned)}
	s.waiting.max, s.waiting.timeout = c.MaxHandshakes, c.Timeout
	return s, nil
}

// Name returns "CredSSP".
func (s *Scheme) Name() string { return "CredSSP" }

// Challenge returns the name: the client speaks first.
func (s *Scheme) Challenge() string { return "CredSSP" }

// Offered returns true: a login needs no TLS around it, as it brings its own.
func (s *Scheme) Offered(*http.Request) bool { return true }

// Begin makes the state of one connection.
func (s *Scheme) Begin() auth.Context { return &Context{scheme: s, versions: s.versions} }

// certificate is the one for a handshake.
func (s *Scheme) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if s.config.Certificate != nil {
		return s.config.Certificate(hello)
	}
	return s.own()
}

// shownKey is the public key of the certificate that a TLS session shows, or
// why there is none.
type shownKey struct {
	key []byte
	err error
}

// server makes the TLS session of a login.
func (s *Scheme) server(shown *shownKey) *tunnel {
	var t *tunnel
	c := &tls.Config{
		MinVersion: s.config.MinTLS,
		MaxVersion: s.config.MaxTLS,
		GetCertificate: func(hello *tls.ClientHelloInfo) (certificate *tls.Certificate, err error) {
			if certificate, err = s.certificate(hello); err == nil {
				shown.key, err = leafKey(certificate)
			}
			shown.err = err
			return certificate, err
		},
		// One write of at most 16384 bytes is one record.
		DynamicRecordSizingDisabled: true,
		SessionTicketsDisabled:      true,
	}
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if s.config.MaxTLS < tls.VersionTLS13 || !slices.Contains(hello.SupportedVersions, tls.VersionTLS13) {
			return nil, nil
		}
		return withEmptyTicket(c, func() { t.wire.hold = true }), nil
	}
	t = newTunnel(func(n net.Conn) *tls.Conn { return tls.Server(n, c) })
	return t
}

// withEmptyTicket makes a configuration for TLS 1.3 in which the server sends a
// ticket that nobody can use. Made is called just before it is sent. See tunnel.
func withEmptyTicket(c *tls.Config, made func()) *tls.Config {
	c = c.Clone()
	c.SessionTicketsDisabled = false
	c.WrapSession = func(tls.ConnectionState, *tls.SessionState) ([]byte, error) {
		made()
		return make([]byte, 16), nil
	}
	c.UnwrapSession = func([]byte, tls.ConnectionState) (*tls.SessionState, error) { return nil, nil }
	return c
}
