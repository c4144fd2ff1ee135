package wsmanserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// Authenticator says who makes a request. *auth.Authenticator is one.
type Authenticator interface {
	Authenticate(c *auth.Connection, r *http.Request) (auth.Outcome, error)
}

// Config is what a Server is made from.
type Config struct {
	Handler       wsman.Handler
	Authenticator Authenticator
	// Limits returns the service's limits as they are now; nil means the
	// defaults.
	Limits func() wsman.Limits
	// AllowUnencrypted reports whether messages in clear are accepted without
	// TLS on a connection whose scheme seals; nil means no. Where a scheme does
	// not seal, it is for the scheme to say whether it is offered there.
	AllowUnencrypted func() bool
	// Machine is the name of this host in faults.
	Machine string
	// Timeouts bound what a client may take; a field that is 0 has its default.
	Timeouts Timeouts
	Log      *slog.Logger
}

// Timeouts are the times of a connection. Each names what it is there against.
type Timeouts struct {
	// Header: clients that send a header byte by byte. Default 20 s.
	Header time.Duration
	// Body: clients that send a body so, counted from the end of the header.
	// Default 1 min.
	Body time.Duration
	// Write: clients that do not read their answer. Default 1 min.
	Write time.Duration
	// Idle: connections that nobody uses. The default is 15 min, because sealed
	// connections are dear to set up.
	Idle time.Duration
}

func (t Timeouts) withDefaults() Timeouts {
	return Timeouts{
		Header: cmp.Or(t.Header, 20*time.Second),
		Body:   cmp.Or(t.Body, time.Minute),
		Write:  cmp.Or(t.Write, time.Minute),
		Idle:   cmp.Or(t.Idle, 15*time.Minute),
	}
}

// Server serves WS-Management over HTTP. It is an http.Handler and can serve
// several listeners.
type Server struct{ config Config }

// New makes a Server.
func New(c Config) *Server {
	if c.Limits == nil {
		c.Limits = func() wsman.Limits { return wsman.Limits{} }
	}
	if c.AllowUnencrypted == nil {
		c.AllowUnencrypted = func() bool { return false }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Timeouts = c.Timeouts.withDefaults()
	return &Server{config: c}
}

// maxHeaderBytes bounds a request's header: tokens of several schemes are long,
// but not this long.
const maxHeaderBytes = 128 << 10

// errShutdown is why the contexts of requests end when the server does.
var errShutdown = errors.New("the server shuts down")

// HTTPServer makes the http.Server for one listener. tlsConfig is nil for plain
// HTTP. Only HTTP/1.1 is spoken: authentication belongs to a connection, and
// HTTP/2 puts several exchanges on one. Its Shutdown ends the context of every
// request, so that long polls do not hold it up.
func (s *Server) HTTPServer(tlsConfig *tls.Config) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	base, cancel := context.WithCancelCause(context.Background())
	server := &http.Server{
		Handler:           s,
		TLSConfig:         tlsConfig,
		Protocols:         protocols,
		ReadHeaderTimeout: s.config.Timeouts.Header,
		IdleTimeout:       s.config.Timeouts.Idle,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.config.Log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return auth.WithConnection(ctx, new(auth.Connection))
		},
	}
	server.RegisterOnShutdown(func() { cancel(errShutdown) })
	return server
}
