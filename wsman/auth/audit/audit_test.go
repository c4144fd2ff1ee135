package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// book is a Recorder that keeps records as short lines.
type book struct {
	mu    sync.Mutex
	lines []string
	all   []Record
}

func (b *book) Record(r Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, r)
	b.lines = append(b.lines, fmt.Sprintf("%d %s %s %s: %s", r.Connection, r.Event, r.Scheme, r.User, r.Reason))
}

func (b *book) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := b.lines
	b.lines = nil
	return lines
}

type accounts struct{}

func (accounts) Verify(_ context.Context, user, password string) (auth.Identity, error) {
	switch password {
	case "right":
		return auth.Identity{Name: strings.ToLower(user), Generation: "1"}, nil
	case "broken":
		return auth.Identity{}, errors.New("disk on fire")
	case "own":
		return auth.Identity{}, ownReason{}
	}
	return auth.Identity{}, auth.ErrWrongCredentials
}
func (accounts) Generation(string) (string, bool) { return "1", true }

type ownReason struct{}

func (ownReason) Error() string  { return "mercury retrograde: 17" }
func (ownReason) Reason() string { return "mercury retrograde" }

// talk is a scheme with handshakes: "hello", then a name; or "now NAME".
type talk struct{}

func (*talk) Name() string               { return "Talk" }
func (*talk) Challenge() string          { return "Talk" }
func (*talk) Offered(*http.Request) bool { return true }
func (s *talk) Begin() auth.Context      { return s }
func (*talk) Step(_ context.Context, _ *http.Request, token string) (auth.Result, error) {
	if token == "hello" {
		return auth.Result{Token: "who?"}, nil
	}
	name, now := strings.CutPrefix(token, "now ")
	r := auth.Result{Done: true, Bound: true, Principal: wsman.Principal{User: name}}
	if now {
		r.Token = "welcome"
	}
	return r, nil
}

// serve runs a server with an Auditor. The function sends credentials over a
// client's connections.
func serve(t *testing.T, r Recorder) (url string, a *Auditor) {
	a = New(r)
	authenticator := a.Authenticator(&auth.Authenticator{Schemes: []auth.Scheme{
		auth.NewBasic(accounts{}, func() bool { return true }), &talk{},
	}})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outcome, err := authenticator.Authenticate(auth.ConnectionOf(r.Context()), r)
		assert.NoError(t, err)
		outcome.SetHeader(w.Header())
		if !outcome.Authenticated {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	s.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return auth.WithConnection(ctx, new(auth.Connection))
	}
	a.Attach(s.Config)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL, a
}

// client has one connection.
type client struct {
	t   *testing.T
	url string
	*http.Client
}

func newClient(t *testing.T, url string) *client {
	transport := &http.Transport{MaxConnsPerHost: 1}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t, url, &http.Client{Transport: transport}}
}

func (c *client) send(authorization string) int {
	r, err := http.NewRequest(http.MethodPost, c.url, nil)
	require.NoError(c.t, err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := c.Do(r)
	require.NoError(c.t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(c.t, err)
	answer.Body.Close()
	return answer.StatusCode
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestRecords(t *testing.T) {
	b := &book{}
	url, a := serve(t, b)
	one, two := newClient(t, url), newClient(t, url)

	assert.Equal(t, 401, one.send(""))
	assert.Empty(t, b.take(), "the question for a scheme is none of the three")
	for range 3 {
		assert.Equal(t, 200, one.send(basic("Alice", "right")))
	}
	assert.Equal(t, []string{"1 login Basic alice: authenticated"}, b.take(), "once for a connection")
	assert.Equal(t, 200, two.send(basic("alice", "right")))
	assert.Equal(t, []string{"2 login Basic alice: authenticated"}, b.take())

	assert.Equal(t, 401, one.send(basic("Bob", "wrong")))
	assert.Equal(t, []string{"1 refusal Basic Bob: wrong credentials", "1 logout Basic alice: a refusal on the connection"}, b.take())
	for password, reason := range map[string]string{"broken": ReasonNotChecked, "own": "mercury retrograde"} {
		assert.Equal(t, 401, one.send(basic("x", password)))
		assert.Equal(t, []string{"1 refusal Basic x: " + reason}, b.take())
	}
	assert.Equal(t, 401, one.send("Digest x"))
	assert.Equal(t, []string{"1 refusal  : scheme not offered"}, b.take())

	assert.Equal(t, 401, two.send("Talk hello"))
	assert.Empty(t, b.take(), "a handshake is nothing before it ends")
	assert.Equal(t, 200, two.send("Talk alice"))
	assert.Equal(t, 200, two.send(""))
	assert.Equal(t, []string{"2 logout Basic alice: another login on the connection", "2 login Talk alice: authenticated"}, b.take())
	assert.Equal(t, 200, two.send("Talk now alice"))
	assert.Equal(t, []string{"2 logout Talk alice: another login on the connection", "2 login Talk alice: authenticated"}, b.take())

	one.CloseIdleConnections()
	two.CloseIdleConnections()
	require.Eventually(t, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.open) == 0
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, []string{"2 logout Talk alice: connection closed"}, b.take(), "and nobody was logged in on the other")
	for _, r := range b.all {
		assert.Equal(t, "127.0.0.1", r.Source.String())
		assert.NotZero(t, r.Port)
		assert.WithinDuration(t, time.Now(), r.Time, time.Minute)
	}
}

func TestWithoutAttach(t *testing.T) {
	b := &book{}
	a := New(b).Authenticator(&auth.Authenticator{Schemes: []auth.Scheme{auth.NewBasic(accounts{}, func() bool { return true })}})
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.RemoteAddr = "@" // a local socket
	r.Header.Set("Authorization", basic("alice", "right"))
	_, err := a.Authenticate(new(auth.Connection), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"0 login Basic alice: authenticated"}, b.take())
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	l := NewLog(slog.New(slog.NewJSONHandler(&out, nil)))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l.Record(Record{
		Time: at, Event: Refusal, Source: netip.MustParseAddr("192.0.2.1"), Port: 99, Scheme: "Basic",
		User: "x\nevent=login", Connection: 7, Reason: ReasonWrongCredentials, Err: auth.ErrWrongCredentials,
	})
	var got map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Equal(t, map[string]any{
		"time": "2026-01-02T03:04:05Z", "level": "INFO", "msg": "audit", "event": "refusal",
		"source": "192.0.2.1", "port": "99", "scheme": "Basic", "user": "x\nevent=login",
		"connection": 7.0, "reason": "wrong credentials", "error": "wrong credentials",
	}, got)

	out.Reset()
	NewLog(slog.New(slog.NewTextHandler(&out, nil))).Record(Record{Time: at, Event: Login, User: "x\nevent=login"})
	assert.Equal(t, 1, strings.Count(out.String(), "\n"), "a name makes no second line")
	assert.Equal(t, `time=2026-01-02T03:04:05.000Z level=INFO msg=audit event=login source="" port="" scheme="" user="x\nevent=login" connection=0 reason=""`+"\n", out.String())

	out.Reset()
	NewLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelError}))).Record(Record{})
	assert.Empty(t, out.String())
}
