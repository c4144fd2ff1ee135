package wsmantest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Option is something that a Server is made with: a *Step, User, TLS, InMemory.
type Option interface{ apply(s *Server) }

// optionFunc is an Option.
type optionFunc func(*Server)

func (f optionFunc) apply(s *Server) { f(s) }

// TLS makes the server one of https, with a certificate of its own for
// "localhost" and 127.0.0.1: see Server.TLSConfig.
func TLS() Option { return optionFunc(func(s *Server) { s.secure = true }) }

// InMemory makes connections pipes, which only Server.Dial makes.
func InMemory() Option { return optionFunc(func(s *Server) { s.listener.inMemory = true }) }

// Server is a server that answers by a script. All its methods may be called by
// several goroutines.
type Server struct {
	// URL is the endpoint, as "http://127.0.0.1:12345/wsman".
	URL string

	tb            testing.TB
	secure        bool
	users         *users
	authenticator *auth.Authenticator // nil: everybody comes in
	pair          tls.Certificate
	listener      *listener
	server        *http.Server
	served        chan struct{}
	base          context.Context // of all requests; ends when the server is closed
	end           context.CancelFunc
	closing       sync.Once
	serving       sync.WaitGroup

	mu       sync.Mutex
	closed   bool // nobody is served any more
	steps    []*Step
	requests []*Request
}

// NewServer starts a server, which is closed at the end of the test. Then every
// step must have been used that is not Optional.
func NewServer(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	s := &Server{
		tb: tb, users: &users{passwords: map[string]string{}}, listener: newListener(),
		served: make(chan struct{}),
	}
	s.base, s.end = context.WithCancel(context.Background())
	for _, o := range options {
		o.apply(s)
	}
	if err := s.start(); err != nil {
		tb.Fatalf("wsmantest: %v", err)
	}
	tb.Cleanup(func() {
		s.Close()
		s.checkUsed()
	})
	return s
}

func (s *Server) start() error {
	host, err := s.listener.listen()
	if err != nil {
		return err
	}
	scheme, l := "http", net.Listener(s.listener)
	if s.secure {
		if s.pair, err = newCertificate(); err != nil {
			return err
		}
		scheme, l = "https", tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{s.pair}, MinVersion: tls.VersionTLS12})
	}
	s.URL = scheme + "://" + host + "/wsman"
	if s.authenticator, err = s.users.authenticator(s.pair.Leaf); err != nil {
		return err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	s.server = &http.Server{ //nolint:gosec // its clients are the test's
		Handler: http.HandlerFunc(s.serve), Protocols: protocols,
		BaseContext: func(net.Listener) context.Context { return s.base },
		// Clients that do not trust the certificate are tested for that.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return withNumber(auth.WithConnection(ctx, new(auth.Connection)), s.listener.number(c))
		},
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(l) // it ends when the server is closed
	}()
	return nil
}

// Close ends the server and its connections. It may be called again.
func (s *Server) Close() {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.end()
		_ = s.server.Close()
		<-s.served
		s.listener.cut()
		s.serving.Wait()
	})
}

// begin counts a request in; false means that the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// Dial makes a connection to the server, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return s.listener.dial(ctx)
}

// TLSConfig is one with which a client trusts the server; nil without TLS.
func (s *Server) TLSConfig() *tls.Config {
	if !s.secure {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AddCert(s.pair.Leaf)
	return &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// Script adds steps behind those that there are.
func (s *Server) Script(steps ...*Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, steps...)
}

// Requests are those that have come, in their order, those without a message
// left out.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

// Connections is how many connections clients have made.
func (s *Server) Connections() int { return s.listener.count() }

// OpenConnections is how many of them neither side has closed.
func (s *Server) OpenConnections() int { return s.listener.countOpen() }

// Down closes all connections and refuses new ones, until Up.
func (s *Server) Down() { s.listener.down() }

// Silence lets requests come and answers none, until Up; then their connections
// are closed.
func (s *Server) Silence() { s.listener.set(silent) }

// Up ends Down and Silence.
func (s *Server) Up() { s.listener.set(up) }

// Cut closes all connections. New ones are taken.
func (s *Server) Cut() { s.listener.cut() }

// checkUsed finds steps that nobody has used.
func (s *Server) checkUsed() {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, step := range s.steps {
		if step.left > 0 && !step.optional && !step.always {
			s.tb.Errorf("wsmantest: %v is left: %d more were expected", step, step.left)
		}
	}
}
