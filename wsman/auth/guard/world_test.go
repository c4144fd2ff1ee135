package guard

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// accounts are users with passwords, and a count of how often one was asked for.
type accounts struct {
	mu        sync.Mutex
	passwords map[string]string
	asked     int
	err       error                 // said to everybody, if not nil
	during    func(context.Context) // called while a password is checked
}

func (a *accounts) Verify(ctx context.Context, user, password string) (auth.Identity, error) {
	a.mu.Lock()
	a.asked++
	right, known := a.passwords[user]
	err, during := a.err, a.during
	a.mu.Unlock()
	if during != nil {
		during(ctx)
	}
	switch {
	case err != nil:
		return auth.Identity{}, err
	case !known || right != password:
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	return auth.Identity{Name: user, Generation: "1"}, nil
}

func (*accounts) Generation(string) (string, bool) { return "1", true }

func (a *accounts) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// world is a guarded server with Basic.
type world struct {
	*Guard
	accounts *accounts
	server   *Authenticator
}

func newWorld(limits Limits) *world {
	w := &world{
		Guard:    New(limits, nil),
		accounts: &accounts{passwords: map[string]string{"alice": "right", "bob": "good"}},
	}
	w.server = w.Authenticator(&auth.Authenticator{Schemes: []auth.Scheme{
		auth.NewBasic(w.Verifier(w.accounts), func() bool { return true }),
	}})
	return w
}

// request makes one with credentials, from an address.
func request(source, user, password string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
	r.RemoteAddr = source
	if user != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	return r
}

// on makes a request on a connection; new on one that is new.
func (w *world) on(c *auth.Connection, source, user, password string) (auth.Outcome, error) {
	return w.server.Authenticate(c, request(source, user, password))
}

func (w *world) try(source, user, password string) (auth.Outcome, error) {
	return w.on(new(auth.Connection), source, user, password)
}

// fail has as many wrong passwords be tried.
func (w *world) fail(t testing.TB, times int, source, user string) {
	for range times {
		o, err := w.try(source, user, "wrong")
		require.False(t, o.Authenticated)
		require.ErrorIs(t, err, auth.ErrWrongCredentials)
	}
}

const (
	attacker  = "192.0.2.1:1000"
	elsewhere = "198.51.100.7:1000"
	home      = "203.0.113.9:1000"
)
