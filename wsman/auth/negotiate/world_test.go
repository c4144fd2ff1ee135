package negotiate_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// people are accounts: passwords by name.
type people struct {
	mu        sync.Mutex
	passwords map[string]string
	broken    error
}

func newPeople() *people {
	return &people{passwords: map[string]string{"Ann": "geheim", "Bob": "secret"}}
}

func (p *people) find(name string) (canonical, password string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for canonical, password := range p.passwords {
		if strings.EqualFold(canonical, name) {
			return canonical, password, true
		}
	}
	return "", "", false
}

func (p *people) remove(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.passwords, name)
}

func (p *people) NTHash(_ context.Context, user, _ string) ([16]byte, auth.Identity, bool, error) {
	if p.broken != nil {
		return [16]byte{}, auth.Identity{}, false, p.broken
	}
	name, _, _ := strings.Cut(user, "@")
	canonical, password, ok := p.find(name)
	return ntlm.NewHash(password), auth.Identity{Name: canonical, Groups: []string{"group of " + canonical}, Generation: password}, ok, nil
}

func (p *people) Principal(_ context.Context, name, _ string, home bool) (auth.Identity, bool, error) {
	canonical, password, ok := p.find(name)
	return auth.Identity{Name: canonical, Generation: password}, ok && home, p.broken
}

func (p *people) Generation(name string) (string, bool) {
	_, password, ok := p.find(name)
	return password, ok
}

// world is a server with scheme Negotiate on loopback. Its answers say who asks.
type world struct {
	people      *people
	address     string
	certificate *x509.Certificate // nil without TLS
	log         *logs
}

// options change what a world is made of.
type options struct {
	tls              bool
	hardening        negotiate.Hardening
	requireMIC       bool
	allowUnencrypted bool
	config           func(*negotiate.Config)
}

func newWorld(tb testing.TB, o options) *world {
	tb.Helper()
	w := &world{people: newPeople(), log: &logs{}}
	config := negotiate.Config{
		Accounts: w.people, NTLM: negotiate.NewVerifier(w.people), Target: ntlm.Target{ComputerName: "HOST"},
		RequireMIC: func() bool { return o.requireMIC },
		Hardening:  func() negotiate.Hardening { return o.hardening },
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	w.address = l.Addr().String()
	if o.tls {
		pair := certificate(tb)
		w.certificate = pair.Leaf
		config.Channel = negotiate.EndPoint(pair.Leaf)
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})
	}
	if o.config != nil {
		o.config(&config)
	}
	scheme, err := negotiate.New(config)
	require.NoError(tb, err)
	server := wsmanserver.New(wsmanserver.Config{
		Handler: wsman.HandlerFunc(w.serve), Authenticator: &auth.Authenticator{Schemes: []auth.Scheme{scheme}},
		Log: slog.New(slog.NewTextHandler(w.log, nil)), AllowUnencrypted: func() bool { return o.allowUnencrypted },
		Limits: func() wsman.Limits { return wsman.Limits{MaxEnvelopeSize: 8 << 20} },
	}).HTTPServer(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	tb.Cleanup(func() {
		server.Close()
		<-done
	})
	return w
}

func (w *world) serve(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	if r.BodySize() > 1000 { // of a benchmark
		return &wsman.Response{Body: bulk}, nil
	}
	return &wsman.Response{Body: wsman.RawBody("<rsp:User>" + r.Principal.User + "/" + r.Principal.Scheme + "/" + strings.Join(r.Principal.Groups, ",") + "</rsp:User>")}, nil
}

var bulk = wsman.RawBody("<rsp:Bulk>" + strings.Repeat("x", 400<<10) + "</rsp:Bulk>")

func certificate(tb testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(tb, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// logs keeps what is logged.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

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

// initiator is a client's side of a handshake.
type initiator interface {
	Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error)
}

// link is one connection to a world.
type link struct {
	tb testing.TB
	net.Conn
	r       *bufio.Reader
	session *ntlm.Session // once logged on
}

func (w *world) dial(tb testing.TB) *link {
	tb.Helper()
	c, err := net.Dial("tcp", w.address)
	require.NoError(tb, err)
	if w.certificate != nil {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // a certificate of this test
	}
	tb.Cleanup(func() { c.Close() })
	require.NoError(tb, c.SetDeadline(time.Now().Add(time.Minute)))
	return &link{tb: tb, Conn: c, r: bufio.NewReaderSize(c, 64<<10)}
}

// ask sends a request and reads the answer.
func (l *link) ask(body []byte, header ...string) (*http.Response, []byte) {
	l.tb.Helper()
	head := fmt.Sprintf("POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n", len(body))
	for _, h := range header {
		head += h + "\r\n"
	}
	for _, part := range [][]byte{[]byte(head + "\r\n"), body} {
		_, err := l.Write(part)
		require.NoError(l.tb, err)
	}
	response, err := http.ReadResponse(l.r, nil)
	require.NoError(l.tb, err)
	defer response.Body.Close()
	answer := make([]byte, response.ContentLength)
	_, err = io.ReadFull(response.Body, answer)
	require.NoError(l.tb, err)
	return response, answer
}

const soap = "Content-Type: application/soap+xml;charset=UTF-8"

func authorization(token []byte) string {
	return "Authorization: Negotiate " + base64.StdEncoding.EncodeToString(token)
}

// tokenOf is the token in an answer; nil if there is none.
func tokenOf(tb testing.TB, r *http.Response) []byte {
	tb.Helper()
	for _, line := range r.Header.Values("WWW-Authenticate") {
		if text, ok := strings.CutPrefix(line, "Negotiate "); ok {
			token, err := base64.StdEncoding.DecodeString(text)
			require.NoError(tb, err)
			return token
		}
	}
	return nil
}

// exchange goes through a handshake with empty bodies and returns the last
// answer's status.
func (l *link) exchange(i initiator) int {
	l.tb.Helper()
	var token []byte
	for {
		reply, done, err := i.Initiate(l.tb.Context(), token)
		require.NoError(l.tb, err)
		if len(reply) == 0 && done {
			return http.StatusOK
		}
		response, _ := l.ask(nil, authorization(reply))
		if token = tokenOf(l.tb, response); len(token) == 0 {
			return response.StatusCode
		}
	}
}

// logOn logs on with NTLM in SPNEGO, or raw, and wants success.
func (l *link) logOn(c ntlm.ClientConfig, raw bool) {
	l.tb.Helper()
	client := ntlm.NewClient(c)
	var i initiator = client
	if !raw {
		i = spnego.NewInitiator(client)
	}
	require.Equal(l.tb, http.StatusOK, l.exchange(i))
	l.session = client.Session()
}

func ann() ntlm.ClientConfig { return ntlm.ClientConfig{User: "ann", Hash: ntlm.NewHash("geheim")} }
func bob() ntlm.ClientConfig { return ntlm.ClientConfig{User: "bob", Hash: ntlm.NewHash("secret")} }

const (
	sealedHeader = `Content-Type: multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"`
	sealedHead   = "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n" +
		"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" +
		"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
	sealedTail = "--Encrypted Boundary--\r\n"
)

// seal makes a sealed message.
func (l *link) seal(text string) []byte {
	l.tb.Helper()
	body := make([]byte, 0, len(sealedHead)+len(text)+100)
	body = fmt.Appendf(body, sealedHead, len(text))
	body = append(body, ntlm.SignatureSize, 0, 0, 0)
	at := len(body) + ntlm.SignatureSize
	body = append(append(body, make([]byte, ntlm.SignatureSize)...), text...)
	signature, err := l.session.Seal(body[at:], body[at:])
	require.NoError(l.tb, err)
	copy(body[at-ntlm.SignatureSize:], signature[:])
	return append(body, sealedTail...)
}

var errClear = errors.New("the answer is in clear")

// unseal reads a sealed answer.
func (l *link) unseal(r *http.Response, body []byte) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/encrypted") {
		return nil, errClear
	}
	_, rest, _ := bytes.Cut(body, []byte("octet-stream\r\n"))
	plain := rest[20 : len(rest)-len(sealedTail)]
	return plain, l.session.Unseal(plain, plain, rest[4:20])
}

// who asks, sealed, who the server thinks this is.
func (l *link) who() string {
	l.tb.Helper()
	response, body := l.ask(l.seal(request("")), sealedHeader)
	require.Equal(l.tb, http.StatusOK, response.StatusCode)
	plain, err := l.unseal(response, body)
	require.NoError(l.tb, err)
	return userIn(plain)
}

// userIn is the user that an answer names.
func userIn(answer []byte) string {
	_, rest, _ := strings.Cut(string(answer), "<rsp:User>")
	user, _, _ := strings.Cut(rest, "</rsp:User>")
	return user
}

// request is an envelope.
func request(body string) string {
	return `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`"><s:Header><a:To>http://x/wsman</a:To><a:Action>` + wsman.ActionGet + `</a:Action><a:MessageID>uuid:1</a:MessageID>` +
		`<w:ResourceURI>` + wsman.ResourceShell + `</w:ResourceURI></s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}
