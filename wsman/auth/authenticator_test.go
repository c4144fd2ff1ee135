package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// talk is a scheme whose handshake has two steps, as NTLM's has: "hello" is
// answered with a token on a 401, "USER" then with a last token on the answer.
// It binds the connection and seals.
type talk struct{ begun int }

func (s *talk) Name() string               { return "Talk" }
func (s *talk) Challenge() string          { return "Talk" }
func (s *talk) Offered(*http.Request) bool { return true }
func (s *talk) Begin() Context             { s.begun++; return &talkContext{} }

type talkContext struct{ greeted bool }

func (c *talkContext) Step(_ context.Context, _ *http.Request, token string) (Result, error) {
	switch {
	case token == "hello" && !c.greeted:
		c.greeted = true
		return Result{Token: "who?"}, nil
	case token != "hello" && c.greeted:
		return Result{
			Done: true, Bound: true, Token: "welcome",
			Principal: wsman.Principal{User: token}, Sealer: &talkSealer{user: token},
		}, nil
	}
	return Result{}, fmt.Errorf("%w: out of order", ErrWrongCredentials)
}

type talkSealer struct{ user string }

func (*talkSealer) Protocol() string                            { return "application/talk" }
func (*talkSealer) Seal(p []byte) (sig, sealed []byte, e error) { return nil, p, nil }
func (*talkSealer) Unseal(_, sealed []byte) ([]byte, error)     { return sealed, nil }

// hidden is used without being offered, as client certificates are.
type hidden struct{ talk }

func (*hidden) Name() string      { return "http://example.org/mutual" }
func (*hidden) Challenge() string { return "" }
func (*hidden) Begin() Context    { return hiddenContext{} }

type hiddenContext struct{}

func (hiddenContext) Step(_ context.Context, _ *http.Request, token string) (Result, error) {
	if token != "" {
		return Result{}, errors.New("a token came with it")
	}
	return Result{Done: true, Principal: wsman.Principal{User: "cert", Scheme: "Certificate"}}, nil
}

// step is one request and what must come of it.
type step struct {
	authorization string
	user          string // empty: not authenticated
	lines         []string
	refused       error
}

func play(t *testing.T, a *Authenticator, c *Connection, steps ...step) {
	t.Helper()
	for i, s := range steps {
		o, err := a.Authenticate(c, tlsRequest(s.authorization))
		if s.refused != nil {
			require.ErrorIs(t, err, s.refused, "step %d", i)
		} else {
			require.NoError(t, err, "step %d", i)
		}
		assert.Equal(t, s.user, o.Principal.User, "step %d", i)
		assert.Equal(t, s.user != "", o.Authenticated, "step %d", i)
		assert.Equal(t, s.lines, o.Lines, "step %d", i)
	}
}

func newTalk() (*Authenticator, *talk) {
	s := new(talk)
	return &Authenticator{Schemes: []Scheme{s, NewBasic(steady{}, nil), new(hidden)}}, s
}

var offer = []string{"Talk", `Basic realm="WSMAN"`}

func TestHandshakeBindsTheConnection(t *testing.T) {
	a, s := newTalk()
	c := new(Connection)
	play(t, a, c,
		step{"", "", offer, nil},
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"Talk ada", "ada", []string{"Talk welcome"}, nil},
		step{"", "ada", nil, nil},
		step{"", "ada", nil, nil},
	)
	assert.Equal(t, 1, s.begun)
	o, err := a.Authenticate(c, tlsRequest(""))
	require.NoError(t, err)
	assert.Equal(t, &talkSealer{user: "ada"}, o.Sealer)
	assert.Equal(t, "Talk", o.Principal.Scheme)

	play(t, a, new(Connection), step{"", "", offer, nil}) // another connection knows nothing
}

func TestNewCredentialsStartOver(t *testing.T) {
	a, _ := newTalk()
	c := new(Connection)
	play(t, a, c,
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"Talk ada", "ada", []string{"Talk welcome"}, nil},
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"", "", offer, nil}, // ada is gone already
		step{"Talk bob", "bob", []string{"Talk welcome"}, nil},
		step{"", "bob", nil, nil},
		step{"Basic " + basicToken("alice", "x"), "alice", nil, nil},
		step{"", "", offer, nil}, // Basic binds nothing
	)
	o, err := a.Authenticate(c, tlsRequest("Basic "+basicToken("alice", "x")))
	require.NoError(t, err)
	assert.Nil(t, o.Sealer, "the sealing of another identity is gone")
}

func TestRefusalEndsTheHandshakeAndTheIdentity(t *testing.T) {
	a, _ := newTalk()
	play(t, a, new(Connection),
		step{"Talk ada", "", offer, ErrWrongCredentials}, // without hello
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"Talk hello", "", offer, ErrWrongCredentials},
		step{"Talk ada", "", offer, ErrWrongCredentials},
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"Talk ada", "ada", []string{"Talk welcome"}, nil},
		step{"Talk ada", "", offer, ErrWrongCredentials},
		step{"", "", offer, nil},
	)
}

func TestAnotherSchemeEndsTheHandshake(t *testing.T) {
	a, _ := newTalk()
	play(t, a, new(Connection),
		step{"Talk hello", "", []string{"Talk who?"}, nil},
		step{"Basic " + basicToken("alice", "x"), "alice", nil, nil},
		step{"Talk ada", "", offer, ErrWrongCredentials},
	)
}

func TestSchemeNames(t *testing.T) {
	a, _ := newTalk()
	play(t, a, new(Connection),
		step{"tALK   hello ", "", []string{"Talk who?"}, nil},
		step{"Negotiate abc", "", offer, ErrNotOffered},
		step{"Talkhello", "", offer, ErrNotOffered},
		step{strings.Repeat("x", 1000), "", offer, ErrNotOffered},
		step{"http://example.org/mutual", "cert", nil, nil},
	)
	_, err := a.Authenticate(new(Connection), tlsRequest(strings.Repeat("x", 1000)))
	assert.Less(t, len(err.Error()), 200)
	o, err := a.Authenticate(new(Connection), tlsRequest("http://example.org/mutual"))
	require.NoError(t, err)
	assert.Equal(t, "Certificate", o.Principal.Scheme)
}

func TestTwoAuthorizationHeaders(t *testing.T) {
	a, _ := newTalk()
	r := tlsRequest("Basic " + basicToken("alice", "x"))
	r.Header.Add("Authorization", "Basic "+basicToken("bob", "x"))
	o, err := a.Authenticate(new(Connection), r)
	assert.ErrorIs(t, err, ErrWrongCredentials)
	assert.Equal(t, Outcome{Lines: offer}, o)
}

func TestOutcomeSetHeader(t *testing.T) {
	h := http.Header{"Www-Authenticate": {"old"}}
	(&Outcome{Lines: offer}).SetHeader(h)
	assert.Equal(t, http.Header{"Www-Authenticate": offer}, h)
	(&Outcome{}).SetHeader(h)
	assert.Empty(t, h)
}

// The whole of it over TCP: one Connection for each, kept between requests.
func TestOverHTTP(t *testing.T) {
	a, _ := newTalk()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := a.Authenticate(ConnectionOf(r.Context()), r)
		o.SetHeader(w.Header())
		if !o.Authenticated {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "%s %s %t", o.Principal.User, o.Principal.Source, o.Principal.Loopback)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return WithConnection(ctx, new(Connection))
	}
	server.Start()
	defer server.Close()

	ask := func(client *http.Client, authorization string) (*http.Response, string) {
		r, err := http.NewRequest(http.MethodPost, server.URL, nil)
		require.NoError(t, err)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		answer, err := client.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer, string(body)
	}
	first := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	second := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer first.CloseIdleConnections()
	defer second.CloseIdleConnections()

	answer, _ := ask(first, "")
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	assert.Equal(t, []string{"Talk"}, answer.Header.Values("WWW-Authenticate"), "no Basic without TLS")
	assert.False(t, answer.Close)

	answer, _ = ask(first, "Talk hello")
	assert.Equal(t, []string{"Talk who?"}, answer.Header.Values("WWW-Authenticate"))
	answer, body := ask(first, "Talk ada")
	assert.Equal(t, []string{"Talk welcome"}, answer.Header.Values("WWW-Authenticate"))
	assert.Equal(t, "ada 127.0.0.1 true", body)
	_, body = ask(first, "")
	assert.Equal(t, "ada 127.0.0.1 true", body)

	answer, _ = ask(second, "")
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
}

// Every header is let in, refused or answered, never a panic, and only a
// finished handshake lets in.
func FuzzAuthorization(f *testing.F) {
	f.Add("Talk hello", "Talk ada")
	f.Add("Basic "+basicToken("alice", "x"), "")
	f.Add("Negotiate TlRMTVNTUAAB", "http://example.org/mutual x")
	f.Add("  ", "Talk")
	f.Fuzz(func(t *testing.T, one, two string) {
		a, _ := newTalk()
		c := new(Connection)
		for _, header := range []string{one, two} {
			r := tlsRequest("")
			r.Header["Authorization"] = []string{header}
			o, err := a.Authenticate(c, r)
			if err != nil {
				assert.False(t, o.Authenticated)
			}
			assert.Equal(t, o.Authenticated, o.Principal.User != "")
		}
	})
}

// mortal binds for as long as its user is there.
type mortal struct {
	talk
	gone bool
}

func (s *mortal) Begin() Context { return mortalContext{s} }

type mortalContext struct{ scheme *mortal }

func (c mortalContext) Step(context.Context, *http.Request, string) (Result, error) {
	return Result{
		Done: true, Bound: true, Principal: wsman.Principal{User: "ada"},
		Valid: func() bool { return !c.scheme.gone },
	}, nil
}

func TestIdentityEndsWithItsUser(t *testing.T) {
	s := new(mortal)
	a := &Authenticator{Schemes: []Scheme{s}}
	c := new(Connection)
	play(t, a, c,
		step{"Talk ada", "ada", nil, nil},
		step{"", "ada", nil, nil},
	)
	s.gone = true
	play(t, a, c, step{"", "", []string{"Talk"}, ErrUserChanged})
	s.gone = false
	play(t, a, c, step{"", "", []string{"Talk"}, nil}) // who comes back logs in again
	_, err := a.Authenticate(c, tlsRequest("Talk ada"))
	require.NoError(t, err)
	c.Forget()
	play(t, a, c, step{"", "", []string{"Talk"}, nil})
}

// handing is a scheme whose clients hand something over.
type handing struct{ talk }

func (*handing) Begin() Context { return handingContext{} }

type handingContext struct{}

func (handingContext) Step(_ context.Context, _ *http.Request, token string) (Result, error) {
	return Result{Done: true, Bound: true, Principal: wsman.Principal{User: token}, Delegation: handed(token)}, nil
}

type handed string

func (h handed) CredentialCache(context.Context) ([]byte, error) { return []byte(h), nil }

func TestDelegationGoesWithTheIdentity(t *testing.T) {
	a := &Authenticator{Schemes: []Scheme{new(handing), NewBasic(steady{}, nil)}}
	c := new(Connection)
	for _, step := range []struct {
		authorization string
		want          wsman.Delegation
	}{
		{"Talk ada", handed("ada")}, {"", handed("ada")}, {"Talk bob", handed("bob")}, {"", handed("bob")},
		{"Basic " + basicToken("alice", "x"), nil}, {"", nil},
	} {
		o, err := a.Authenticate(c, tlsRequest(step.authorization))
		require.NoError(t, err)
		assert.Equal(t, step.want, o.Delegation)
	}
}
