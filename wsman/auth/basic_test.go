package auth

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accounts is a Verifier over a map, whose hash takes a second.
type accounts struct {
	passwords   map[string]string
	generations map[string]string
	verified    int
	failure     error
	during      func() // happens while the password is hashed
}

func newAccounts() *accounts {
	return &accounts{
		passwords:   map[string]string{"Alice": "geheim", "bob": "pass:word", "": "x", "Jürgen": "grün€"},
		generations: map[string]string{"Alice": "a1", "bob": "b1", "Jürgen": "j1"},
	}
}

func (a *accounts) Verify(ctx context.Context, user, password string) (Identity, error) {
	a.verified++
	if a.failure != nil {
		return Identity{}, a.failure
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return Identity{}, ctx.Err()
	}
	for name, right := range a.passwords {
		if strings.EqualFold(name, strings.TrimPrefix(user, `.\`)) && right == password {
			identity := Identity{Name: name, Groups: []string{"Administrators"}, Generation: a.generations[name]}
			if a.during != nil {
				a.during()
			}
			return identity, nil
		}
	}
	return Identity{}, ErrWrongCredentials
}

func (a *accounts) Generation(name string) (string, bool) {
	g, ok := a.generations[name]
	return g, ok
}

func basicToken(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// tlsRequest is a request over TLS with an Authorization header, if not empty.
func tlsRequest(authorization string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
	r.TLS = &tls.ConnectionState{}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

func onlyBasic(v Verifier) *Authenticator {
	return &Authenticator{Schemes: []Scheme{NewBasic(v, nil)}}
}

var basicChallenge = []string{`Basic realm="WSMAN"`}

func TestBasicMeetsTheSlowHashOnceAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newAccounts()
		a, c := onlyBasic(v), new(Connection)
		start := time.Now()
		for range 10 {
			o, err := a.Authenticate(c, tlsRequest("Basic "+basicToken(`.\alice`, "geheim")))
			require.NoError(t, err)
			assert.True(t, o.Authenticated)
			assert.Equal(t, "Alice", o.Principal.User)
			assert.Equal(t, "Basic", o.Principal.Scheme)
			assert.True(t, o.Principal.Administrator())
			assert.Empty(t, o.Lines)
			assert.Nil(t, o.Sealer)
		}
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, 1, v.verified)

		_, err := a.Authenticate(new(Connection), tlsRequest("Basic "+basicToken("alice", "geheim")))
		require.NoError(t, err)
		assert.Equal(t, 2, v.verified, "another connection")
	})
}

func TestBasicIsWantedWithEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, c := onlyBasic(newAccounts()), new(Connection)
		o, err := a.Authenticate(c, tlsRequest("Basic "+basicToken("alice", "geheim")))
		require.NoError(t, err)
		require.True(t, o.Authenticated)

		o, err = a.Authenticate(c, tlsRequest(""))
		require.NoError(t, err)
		assert.Equal(t, Outcome{Lines: basicChallenge}, o)
	})
}

func TestBasicForgetsAChangedUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newAccounts()
		a, c := onlyBasic(v), new(Connection)
		ask := func() (bool, error) {
			o, err := a.Authenticate(c, tlsRequest("Basic "+basicToken("alice", "geheim")))
			return o.Authenticated, err
		}
		ok, err := ask()
		require.NoError(t, err)
		require.True(t, ok)

		v.generations["Alice"] = "a2" // for example another group
		ok, err = ask()
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, 2, v.verified, "checked anew")

		v.generations["Alice"], v.passwords["Alice"] = "a3", "neu"
		ok, err = ask()
		assert.ErrorIs(t, err, ErrWrongCredentials)
		assert.False(t, ok)

		v.passwords["Alice"] = "geheim"
		ok, _ = ask()
		require.True(t, ok)
		delete(v.generations, "Alice")
		delete(v.passwords, "Alice")
		ok, err = ask()
		assert.ErrorIs(t, err, ErrWrongCredentials)
		assert.False(t, ok, "removed")
	})
}

func TestBasicUserChangedWhileHashing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newAccounts()
		v.during = func() { v.generations["Alice"] = "a2" }
		o, err := onlyBasic(v).Authenticate(new(Connection), tlsRequest("Basic "+basicToken("alice", "geheim")))
		assert.ErrorIs(t, err, ErrWrongCredentials)
		assert.False(t, o.Authenticated)
	})
}

func TestBasicAnotherUserOnTheSameConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newAccounts()
		a, c := onlyBasic(v), new(Connection)
		for _, want := range []struct{ user, password, name string }{
			{"alice", "geheim", "Alice"}, {"bob", "pass:word", "bob"}, {"bob", "pass:word", "bob"}, {"alice", "geheim", "Alice"},
		} {
			o, err := a.Authenticate(c, tlsRequest("Basic "+basicToken(want.user, want.password)))
			require.NoError(t, err)
			assert.Equal(t, want.name, o.Principal.User)
		}
		assert.Equal(t, 3, v.verified)
	})
}

func TestBasicRefusals(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, header := range map[string]string{
		"wrong password":     "Basic " + encode("alice:x"),
		"unknown user":       "Basic " + encode("nobody:geheim"),
		"empty user":         "Basic " + encode(":x"),
		"no colon":           "Basic " + encode("alice"),
		"no token":           "Basic",
		"no base64":          "Basic !!!!",
		"NUL in the user":    "Basic " + encode("alice\x00:geheim"),
		"too long for Basic": "Basic " + encode("alice:"+strings.Repeat("x", maxBasic)),
		"too long for any":   "Basic " + strings.Repeat("A", MaxToken),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, c := onlyBasic(newAccounts()), new(Connection)
				good := "Basic " + basicToken("alice", "geheim")
				_, err := a.Authenticate(c, tlsRequest(good))
				require.NoError(t, err)

				o, err := a.Authenticate(c, tlsRequest(header))
				require.ErrorIs(t, err, ErrWrongCredentials)
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, "192.0.2.1", e.Source.String())
				assert.NotContains(t, err.Error(), "geheim")
				assert.Equal(t, Outcome{Lines: basicChallenge}, o)

				o, err = a.Authenticate(c, tlsRequest(good))
				require.NoError(t, err)
				assert.True(t, o.Authenticated, "the connection can be used on")
			})
		})
	}
}

func TestBasicErrorForTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := onlyBasic(newAccounts()).Authenticate(new(Connection), tlsRequest("Basic "+basicToken("al\nice", "geheim")))
		assert.EqualError(t, err, `authentication Basic of "al\nice" from 192.0.2.1: wrong credentials`)
	})
}

func TestBasicThatCannotCheck(t *testing.T) {
	v := newAccounts()
	v.failure = errors.New("users file: broken")
	o, err := onlyBasic(v).Authenticate(new(Connection), tlsRequest("Basic "+basicToken("alice", "geheim")))
	assert.ErrorIs(t, err, v.failure)
	assert.NotErrorIs(t, err, ErrWrongCredentials)
	assert.False(t, o.Authenticated)
}

func TestBasicEndsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		r := tlsRequest("Basic " + basicToken("alice", "geheim")).WithContext(ctx)
		_, err := onlyBasic(newAccounts()).Authenticate(new(Connection), r)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestBasicInClearOnlyWhereAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		allowed := false
		a := &Authenticator{Schemes: []Scheme{NewBasic(newAccounts(), func() bool { return allowed })}}
		clear := tlsRequest("Basic " + basicToken("alice", "geheim"))
		clear.TLS = nil

		o, err := a.Authenticate(new(Connection), clear)
		assert.ErrorIs(t, err, ErrNotOffered)
		assert.Equal(t, Outcome{}, o, "neither let in nor offered")

		allowed = true
		c := new(Connection)
		o, err = a.Authenticate(c, clear)
		require.NoError(t, err)
		assert.True(t, o.Authenticated)

		allowed = false
		o, err = a.Authenticate(c, clear)
		assert.ErrorIs(t, err, ErrNotOffered, "what the connection remembers does not help")
		assert.False(t, o.Authenticated)
	})
}

func TestParseBasic(t *testing.T) {
	for name, c := range map[string]struct{ raw, user, password string }{
		"plain":           {"alice:geheim", "alice", "geheim"},
		"colons":          {"bob:pass:word:", "bob", "pass:word:"},
		"empty password":  {"bob:", "bob", ""},
		"UTF-8":           {"J\u00fcrgen:gr\u00fcn\u20ac", "Jürgen", "grün€"},
		"Latin-1":         {"J\xfcrgen:gr\xfcn", "Jürgen", "grün"},
		"domain":          {`HOST\alice:x`, `HOST\alice`, "x"},
		"NUL in password": {"a:b\x00c", "a", "b\x00c"},
	} {
		t.Run(name, func(t *testing.T) {
			user, password, err := parseBasic(base64.StdEncoding.EncodeToString([]byte(c.raw)))
			require.NoError(t, err)
			assert.Equal(t, c.user, user)
			assert.Equal(t, c.password, password)
		})
	}
}

func TestDigestDependsOnEveryPart(t *testing.T) {
	b := NewBasic(newAccounts(), nil)
	c, other := b.Begin().(*basicContext), NewBasic(newAccounts(), nil).Begin().(*basicContext)
	long := strings.Repeat("x", 1000)
	digest := c.sum("ab", "c"+long)
	assert.Equal(t, digest, b.Begin().(*basicContext).sum("ab", "c"+long))
	for _, d := range [][32]byte{c.sum("a", "bc"+long), c.sum("AB", "c"+long), c.sum("ab", "c"+long+"x"), other.sum("ab", "c"+long)} {
		assert.NotEqual(t, digest, d)
	}
}

func FuzzParseBasic(f *testing.F) {
	f.Add(basicToken("alice", "geheim"))
	f.Add(basicToken("J\xfcrgen", "x"))
	f.Add("Og==")
	f.Add(strings.Repeat("A", maxBasic+4))
	f.Fuzz(func(t *testing.T, token string) {
		user, password, err := parseBasic(token)
		if err != nil {
			assert.ErrorIs(t, err, ErrWrongCredentials)
			return
		}
		assert.NotEmpty(t, user)
		assert.NotContains(t, user, ":")
		assert.NotContains(t, user, "\x00")
		assert.Equal(t, user, strings.ToValidUTF8(user, ""))
		assert.Equal(t, password, strings.ToValidUTF8(password, ""))
	})
}

// steady is a Verifier that costs nothing, to measure what is around it.
type steady struct{}

func (steady) Verify(context.Context, string, string) (Identity, error) {
	return Identity{Name: "alice", Generation: "1"}, nil
}
func (steady) Generation(string) (string, bool) { return "1", true }

func BenchmarkWarmBasic(b *testing.B) {
	a, c := onlyBasic(steady{}), new(Connection)
	r := tlsRequest("Basic " + basicToken("alice", "correct horse battery staple"))
	b.ReportAllocs()
	for b.Loop() {
		if o, _ := a.Authenticate(c, r); !o.Authenticated {
			b.Fatal("refused")
		}
	}
}
