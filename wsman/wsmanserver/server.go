package wsmanserver

import (
	"context"
	"crypto/tls"
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
	// Machine is the name of this host in faults.
	Machine string
	Log     *slog.Logger
}

// Server serves WS-Management over HTTP. It is an http.Handler and can serve
// several listeners.
type Server struct{ config Config }

// New makes a Server.
func New(c Config) *Server {
	if c.Limits == nil {
		c.Limits = func() wsman.Limits { return wsman.Limits{} }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{config: c}
}

// Times of a connection. Each names what it is there against.
const (
	// headerTimeout: clients that send a header byte by byte.
	headerTimeout = 20 * time.Second
	// bodyTimeout: clients that send a body so.
	bodyTimeout = time.Minute
	// writeTimeout: clients that do not read their answer.
	writeTimeout = time.Minute
	// idleTimeout: connections that nobody uses. It is long because sealed
	// connections are dear to set up.
	idleTimeout = 15 * time.Minute
	// maxHeaderBytes: tokens of several schemes are long, but not this long.
	maxHeaderBytes = 128 << 10
)

// HTTPServer makes the http.Server for one listener. tlsConfig is nil for plain
// HTTP. Only HTTP/1.1 is spoken: authentication belongs to a connection, and
// HTTP/2 puts several exchanges on one.
func (s *Server) HTTPServer(tlsConfig *tls.Config) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           s,
		TLSConfig:         tlsConfig,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.config.Log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return auth.WithConnection(ctx, new(auth.Connection))
		},
	}
}
