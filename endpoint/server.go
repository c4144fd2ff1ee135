package endpoint

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/guard"
	"github.com/winrmd/winrmd/wsman/enumeration"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// Server is a PowerShell endpoint. It may serve several listeners, and its
// methods may be called by several goroutines.
type Server struct {
	config         Config
	configurations map[string]configured
	users          *users
	guard          *guard.Guard
	directory      *shell.Directory
	handler        wsman.Handler

	mu      sync.Mutex
	servers []*http.Server
	closed  bool
}

// ErrServerClosed is what Serve returns after Close: http.ErrServerClosed.
var ErrServerClosed = http.ErrServerClosed

// New makes a Server. The error is a *ConfigError.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if len(c.Users) == 0 && c.Authenticator == nil {
		return nil, &ConfigError{Err: errors.New("there are no Users and no Authenticator, so nobody could log on")}
	}
	configurations, err := c.configurations()
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: c, configurations: configurations, users: newUsers(c.Users, c.Administrators),
		guard: guard.New(guard.Limits{}, c.Log), directory: shell.NewDirectory(),
	}
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify(c.Version))
	contexts := enumeration.New(enumeration.Config{Timeout: func() time.Duration { return enumerationTimeout }})
	shellresource.New(s.directory, s, c.Log).Route(mux)
	shellresource.NewEnumeration(shellresource.Local{Directory: s.directory}, contexts).Route(mux)
	s.handler = wsman.LimitOperations(s.permitted(wsman.RestrictResources(mux)), func() int { return c.MaxOperationsPerUser })
	return s, nil
}

// enumerationTimeout is how long an enumeration waits for the next Pull, as on
// Windows.
const enumerationTimeout = 4 * time.Minute

// Configuration implements shellresource.Configurations.
func (s *Server) Configuration(resourceURI string) *shell.Configuration {
	return s.configurations[strings.ToLower(resourceURI)].shell
}

// permitted keeps users out of configurations that are not for them.
func (s *Server) permitted(next wsman.Handler) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		one := s.configurations[strings.ToLower(r.Header.ResourceURI)]
		if r.Header.Action == wsman.ActionCreate && one.permit != nil && !one.permit(r.Principal.User) {
			return nil, wsman.NewFault(wsman.CodeAccessDenied, "")
		}
		return next.ServeWSMan(ctx, r)
	})
}

// ListenAndServeTLS serves HTTPS at an address such as ":5986" until Close. Without
// files it makes a certificate for this machine, which clients have no reason to
// trust.
func (s *Server) ListenAndServeTLS(address, certificateFile, keyFile string) error {
	certificate, err := loadCertificate(certificateFile, keyFile)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return s.ServeTLS(l, certificate)
}

func loadCertificate(certificateFile, keyFile string) (tls.Certificate, error) {
	if certificateFile == "" && keyFile == "" {
		return SelfSigned()
	}
	return tls.LoadX509KeyPair(certificateFile, keyFile)
}

// ListenAndServe serves HTTP at an address such as ":5985" until Close. Clients
// log on with Negotiate (NTLM) and encrypt messages, unless AllowUnencrypted.
func (s *Server) ListenAndServe(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// ServeTLS serves HTTPS on a listener until Close.
func (s *Server) ServeTLS(l net.Listener, certificate tls.Certificate) error {
	return s.serve(l, &certificate)
}

// Serve serves HTTP on a listener until Close.
func (s *Server) Serve(l net.Listener) error { return s.serve(l, nil) }

func (s *Server) serve(l net.Listener, certificate *tls.Certificate) error {
	authenticator, err := s.authenticator(certificate)
	if err != nil {
		l.Close()
		return err
	}
	machine, err := os.Hostname()
	if err != nil {
		machine = "localhost"
	}
	server := wsmanserver.New(wsmanserver.Config{
		Handler: s.handler, Authenticator: authenticator, Limits: s.config.Limits, Machine: machine, Log: s.config.Log,
		AllowUnencrypted: func() bool { return s.config.AllowUnencrypted },
	})
	var tlsConfig *tls.Config
	if certificate != nil {
		tlsConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
	h := server.HTTPServer(tlsConfig)
	if !s.add(h) {
		l.Close()
		return ErrServerClosed
	}
	if certificate != nil {
		return h.ServeTLS(l, "", "")
	}
	return h.Serve(l)
}

// add remembers a server to be closed; false if that has happened.
func (s *Server) add(h *http.Server) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.servers = append(s.servers, h)
	return true
}

// shutdownTimeout is how long requests may take to end.
const shutdownTimeout = 5 * time.Second

// Close ends the sessions, and stops serving. Commands end by their context.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	s.directory.Close()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	var all []error
	for _, h := range servers {
		if err := h.Shutdown(ctx); err != nil {
			all = append(all, err, h.Close())
		}
	}
	return errors.Join(all...)
}

// Sessions tells of the sessions that there are, oldest first.
func (s *Server) Sessions() []shell.Info {
	return s.directory.List(shell.Client{Administrator: true})
}
