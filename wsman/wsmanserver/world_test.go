package wsmanserver_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// world is a server on loopback.
type world struct {
	config  wsmanserver.Config
	server  *http.Server
	conns   *listener
	address string
	log     *logs
}

// newWorld serves h until the test ends.
func newWorld(t *testing.T, h wsman.Handler, change ...func(*wsmanserver.Config)) *world {
	t.Helper()
	w := &world{log: &logs{}, config: wsmanserver.Config{Handler: h, Machine: "host"}}
	w.config.Authenticator = &auth.Authenticator{Schemes: []auth.Scheme{
		auth.NewBasic(passwords{"ann": "secret"}, func() bool { return true }),
	}}
	w.config.Log = slog.New(slog.NewTextHandler(w.log, nil))
	for _, f := range change {
		f(&w.config)
	}
	w.server = wsmanserver.New(w.config).HTTPServer(nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.conns = &listener{Listener: l}
	w.address = l.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.server.Serve(w.conns)
	}()
	t.Cleanup(func() {
		w.server.Close()
		<-done
	})
	return w
}

// limits makes a server's limits smaller.
func limits(l wsman.Limits) func(*wsmanserver.Config) {
	return func(c *wsmanserver.Config) { c.Limits = func() wsman.Limits { return l } }
}

// timeouts makes a server less patient.
func timeouts(t wsmanserver.Timeouts) func(*wsmanserver.Config) {
	return func(c *wsmanserver.Config) { c.Timeouts = t }
}

// passwords is a Verifier.
type passwords map[string]string

// Verify implements auth.Verifier.
func (p passwords) Verify(_ context.Context, user, password string) (auth.Identity, error) {
	if want, ok := p[user]; !ok || want != password {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	return auth.Identity{Name: user, Generation: "1"}, nil
}

// Generation implements auth.Verifier.
func (p passwords) Generation(user string) (string, bool) {
	_, ok := p[user]
	return "1", ok
}

// everybody authenticates everybody.
type everybody struct{}

// Authenticate implements wsmanserver.Authenticator.
func (everybody) Authenticate(*auth.Connection, *http.Request) (auth.Outcome, error) {
	return auth.Outcome{Authenticated: true, Principal: wsman.Principal{User: "everybody"}}, nil
}

// logs keeps what is logged.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// listener counts its connections and what is written to them.
type listener struct {
	net.Listener
	mu    sync.Mutex
	conns []*conn
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one := &conn{Conn: c}
	l.conns = append(l.conns, one)
	return one, nil
}

// accepted are the connections so far.
func (l *listener) accepted() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*conn(nil), l.conns...)
}

// conn counts writes, and fails them when it is told to.
type conn struct {
	net.Conn
	mu     sync.Mutex
	writes []int
	broken error
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.writes = append(c.writes, len(b))
	broken := c.broken
	c.mu.Unlock()
	if broken != nil {
		return 0, broken
	}
	return c.Conn.Write(b)
}

func (c *conn) written() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]int(nil), c.writes...)
}

// echo answers with the first element of the body.
func echo(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	s := r.Body()
	if ok, err := s.NextChild(0); err != nil || !ok {
		return &wsman.Response{}, err
	}
	text, err := s.Text()
	body := append(wsman.AppendEscaped([]byte("<rsp:Echo>"), text), "</rsp:Echo>"...)
	return &wsman.Response{Body: wsman.RawBody(body)}, err
}

// never answers, but when it is told to stop.
func never(ctx context.Context, _ *wsman.Request) (*wsman.Response, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// envelope is a request in UTF-8.
func envelope(body string) string { return envelopeWith("", body) }

func envelopeWith(header, body string) string {
	return `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`"><s:Header><a:To>http://x/wsman</a:To><a:Action>` + wsman.ActionGet + `</a:Action><a:MessageID>uuid:1</a:MessageID>` +
		`<w:ResourceURI>` + wsman.ResourceShell + `</w:ResourceURI>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}

const (
	contentType = "application/soap+xml;charset=UTF-8"
	// credentials are ann's.
	credentials = "Basic YW5uOnNlY3JldA=="
	identify    = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"><s:Header/><s:Body><i:Identify xmlns:i="` + wsman.NamespaceWSManIdentity + `"/></s:Body></s:Envelope>`
)

// eventually waits until f is true.
func eventually(t *testing.T, f func() bool, what string, args ...any) {
	t.Helper()
	require.Eventually(t, f, 10*time.Second, 5*time.Millisecond, fmt.Sprintf(what, args...))
}
