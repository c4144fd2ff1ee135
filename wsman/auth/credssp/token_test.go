package credssp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

func isBlamed(err error) bool { return errors.Is(err, auth.ErrWrongCredentials) }

// Each token of the client, changed in each of some ways. After an error the
// login is over, also for the right token.
func TestTamperedToken(t *testing.T) {
	for name, c := range map[string]struct {
		change func(token []byte) []byte
		want   error
	}{
		"last byte": {func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, ErrTLS},
		"cut":       {func(b []byte) []byte { return b[:len(b)-1] }, ErrToken},
		"empty":     {func([]byte) []byte { return nil }, ErrToken},
		"longer":    {func(b []byte) []byte { return append(b, 22, 3, 3) }, ErrToken},
		"not TLS":   {func([]byte) []byte { return []byte("NTLMSSP\x00\x01\x00\x00\x00") }, ErrToken},
		"twice":     {func(b []byte) []byte { return append(bytes.Clone(b), b...) }, nil},
		"oversized": {func(b []byte) []byte { return append(b, make([]byte, maxToken)...) }, ErrToken},
		"oversized record": {func([]byte) []byte {
			return append([]byte{23, 3, 3, 0xFF, 0xFF}, make([]byte, 0xFFFF)...)
		}, ErrToken},
		"many records": {func([]byte) []byte { return bytes.Repeat([]byte{23, 3, 3, 0, 0}, maxToken/5) }, ErrTLS},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 0; n < 10; n += 2 {
				w := newWorld(t)
				c2 := w.begin(t)
				var right []byte
				result, server, _ := converse(t, newInitiator(t, asAda()), c2, func(k int, token []byte) []byte {
					if k == n {
						right = bytes.Clone(token)
						return c.change(token)
					}
					return token
				})
				if name == "last byte" && n == 0 {
					continue // of the hello: it may be worth nothing
				}
				assert.False(t, result.Done)
				require.Error(t, server, "token %d", n)
				assert.True(t, isBlamed(server))
				if c.want != nil {
					assert.ErrorIs(t, server, c.want, "token %d", n)
				}
				_, _, err := step(t, c2, right)
				assert.ErrorIs(t, err, ErrOutOfOrder)
				assert.Empty(t, w.delegated)
			}
		})
	}
}

func TestNotBase64(t *testing.T) {
	_, err := newWorld(t).begin(t).Step(t.Context(), nil, "???")
	assert.ErrorIs(t, err, ErrToken)
	assert.True(t, isBlamed(err))
}

// Records that are changed, repeated, left out or moved end both directions.
func TestTamperedRecord(t *testing.T) {
	for name, attack := range map[string]func(one, two []byte) []byte{
		"changed":  func(one, _ []byte) []byte { one[len(one)-1] ^= 1; return one },
		"repeated": func(one, _ []byte) []byte { return append(bytes.Clone(one), one...) },
		"left out": func(_, two []byte) []byte { return two },
		"moved":    func(one, two []byte) []byte { return append(two, one...) },
		"cut":      func(one, _ []byte) []byte { return one[:len(one)-1] },
		"clear":    func(one, _ []byte) []byte { return []byte{23, 3, 3, 0, 1, 'x'} },
		"alert":    func(one, _ []byte) []byte { return []byte{21, 3, 3, 0, 2, 1, 0} },
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+tls.VersionName(version), func(t *testing.T) {
				w := newWorld(t)
				w.config.MaxTLS = version
				_, theirs, ours := login(t, newInitiator(t, asAda()), w.begin(t))
				seal := func() []byte {
					signature, sealed, err := theirs.Seal(message(100))
					require.NoError(t, err)
					return append(bytes.Clone(signature), sealed...)
				}
				_, err := ours.Unseal(nil, attack(seal(), seal()))
				require.Error(t, err)
				_, err = ours.Unseal(nil, seal())
				require.Error(t, err)
				_, _, err = ours.Seal(message(1))
				require.Error(t, err)
			})
		}
	}
}

// A client that says nothing again and again: TLS allows warnings.
func TestEndlessHandshake(t *testing.T) {
	c := newWorld(t).begin(t)
	hello, _, err := newInitiator(t, asAda()).Initiate(t.Context(), nil)
	require.NoError(t, err)
	_, _, err = step(t, c, hello)
	require.NoError(t, err)
	warning := []byte{21, 3, 3, 0, 2, 1, 90}
	for n := 0; ; n++ {
		require.Less(t, n, maxHandshakeTokens)
		if _, _, err = step(t, c, warning); err != nil {
			break
		}
	}
	assert.True(t, isBlamed(err))
	assert.Zero(t, c.scheme.waiting.len())
	assert.Nil(t, c.tunnel.next, "nothing runs any more")
}

// halfway is a login of which TLS is under way.
func halfway(t testing.TB, s *Scheme) (*Context, *Initiator, []byte) {
	t.Helper()
	i := newInitiator(t, asAda())
	c := s.Begin().(*Context)
	hello, _, err := i.Initiate(context.Background(), nil)
	require.NoError(t, err)
	token, _, err := step(t, c, hello)
	require.NoError(t, err)
	token, _, err = i.Initiate(context.Background(), token)
	require.NoError(t, err)
	return c, i, token
}

func TestHandshakeExpires(t *testing.T) {
	_, err := testCertificate() // not in the bubble, where it would be made in 2000
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		s := newWorld(t).scheme(t)
		c, _, next := halfway(t, s)
		time.Sleep(DefaultTimeout - 1)
		synctest.Wait()
		assert.Equal(t, 1, s.waiting.len())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.Zero(t, s.waiting.len())
		_, _, err := step(t, c, next)
		assert.ErrorIs(t, err, ErrExpired)
		assert.True(t, isBlamed(err))
	})
}

// The time is that of the whole login.
func TestLoginExpires(t *testing.T) {
	_, err := testCertificate()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, server, _ := converse(t, newInitiator(t, asAda()), w.begin(t), func(n int, token []byte) []byte {
			if n%2 == 0 {
				time.Sleep(DefaultTimeout/4 + 1)
			}
			return token
		})
		assert.ErrorIs(t, server, ErrExpired)
		assert.Empty(t, w.delegated)
	})
}

// The next one ends the oldest.
func TestTooManyHandshakes(t *testing.T) {
	w := newWorld(t)
	w.config.MaxHandshakes = 2
	s := w.scheme(t)
	var contexts []*Context
	var tokens [][]byte
	for range 5 {
		c, _, next := halfway(t, s)
		t.Cleanup(func() { c.Close() })
		contexts, tokens = append(contexts, c), append(tokens, next)
		assert.LessOrEqual(t, s.waiting.len(), 2)
	}
	for n, c := range contexts {
		_, _, err := step(t, c, tokens[n])
		if n < 3 {
			assert.ErrorIs(t, err, ErrExpired)
		} else {
			assert.NoError(t, err)
		}
	}
	assert.Zero(t, s.waiting.len())
}

// Nobody says that a connection was closed or took another scheme: its Context
// is dropped, and with it goes the coroutine.
func TestDroppedContext(t *testing.T) {
	s := newWorld(t).scheme(t)
	for range 10 {
		halfway(t, s)
	}
	assert.Eventually(t, func() bool {
		runtime.GC()
		return s.waiting.len() == 0
	}, 30*time.Second, time.Millisecond)
}

// A certificate that cannot be had is not the client's fault.
func TestNoCertificate(t *testing.T) {
	gone := errors.New("the file is gone")
	w := newWorld(t)
	w.config.Certificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, gone }
	_, server, _ := converse(t, newInitiator(t, asAda()), w.begin(t), nil)
	require.ErrorIs(t, server, gone)
	assert.False(t, isBlamed(server))
}

// Old TLS is refused.
func TestOldTLS(t *testing.T) {
	client := asAda()
	client.TLS = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	_, server, _ := converse(t, newInitiator(t, client), newWorld(t).begin(t), nil)
	require.ErrorIs(t, server, ErrTLS)
}
