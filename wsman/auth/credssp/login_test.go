package credssp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

var (
	_ auth.Scheme      = (*Scheme)(nil)
	_ auth.Context     = (*Context)(nil)
	_ auth.PieceSealer = (*Sealer)(nil)
)

func TestLogin(t *testing.T) {
	for _, version := range []int{2, 3, 4, 5, 6} {
		for _, tlsVersion := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(fmt.Sprintf("%d over %s", version, tls.VersionName(tlsVersion)), func(t *testing.T) {
				w := newWorld(t)
				w.config.MinVersion, w.config.MaxTLS = 2, tlsVersion
				client := asAda()
				client.MinVersion, client.MaxVersion = 2, version
				i := newInitiator(t, client)
				c := w.begin(t)
				result, theirs, ours := login(t, i, c)
				assert.Equal(t, wsman.Principal{User: "ada", Groups: []string{"Users"}, Scheme: "CredSSP"}, result.Principal)
				assert.Empty(t, result.Token)
				assert.Equal(t, []string{`ada: EXAMPLE\Ada geheim`}, w.delegated)
				assert.Equal(t, version, i.Version())
				assert.Equal(t, version, c.versions.agreed())
				assert.Equal(t, tlsVersion, i.tunnel.conn.ConnectionState().Version)
				assert.Empty(t, client.Credentials.Password())
				exchange(t, theirs, ours)
			})
		}
	}
}

// exchange sends messages in both directions, each piece cut in three ways.
func exchange(t *testing.T, a, b *Sealer) {
	t.Helper()
	for _, size := range []int{0, 1, 100, maxPlain - 1, maxPlain, maxPlain + 1, 500_000} {
		for _, cut := range []int{-1, 0, 1} {
			for _, direction := range [][2]*Sealer{{a, b}, {b, a}} {
				want, got := message(size), []byte(nil)
				pieces(t, direction[0], want, func(signature, sealed []byte) {
					record := append(bytes.Clone(signature), sealed...)
					switch cut {
					case 0:
						signature, sealed = nil, record
					case 1:
						signature, sealed = record, nil
					}
					plain, err := direction[1].Unseal(signature, sealed)
					require.NoError(t, err)
					got = append(got, plain...)
				})
				require.True(t, bytes.Equal(want, got), "%d bytes, cut %d", size, cut)
			}
		}
	}
}

// The signature is as long as what stands at the end of the record, which is
// what Windows and pyspnego compute (see pyspnego's _tls_trailer_length).
func TestTrailer(t *testing.T) {
	for suite, want := range map[uint16]func(n int) int{
		tls.TLS_AES_128_GCM_SHA256:                      func(int) int { return 17 },
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:       func(int) int { return 16 },
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:       func(int) int { return 16 },
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: func(int) int { return 16 },
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:          func(n int) int { return 20 + 16 - (n+20)%16 },
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:          func(n int) int { return 20 + 16 - (n+20)%16 },
	} {
		t.Run(tls.CipherSuiteName(suite), func(t *testing.T) {
			client := asAda()
			client.TLS = &tls.Config{InsecureSkipVerify: true, CipherSuites: []uint16{suite}, MaxVersion: tls.VersionTLS12}
			if suite == tls.TLS_AES_128_GCM_SHA256 {
				client.TLS = &tls.Config{InsecureSkipVerify: true}
			}
			i := newInitiator(t, client)
			_, theirs, ours := login(t, i, newWorld(t).begin(t))
			for _, n := range []int{1, 2, 11, 12, 13, 100, maxPlain} {
				signature, sealed, err := ours.Seal(message(n))
				require.NoError(t, err)
				assert.Len(t, signature, want(n), "%d bytes", n)
				assert.Equal(t, len(signature)+len(sealed), nextRecord(append(bytes.Clone(signature), sealed...)), "it is one record")
				plain, err := theirs.Unseal(signature, sealed)
				require.NoError(t, err)
				assert.Equal(t, message(n), plain)
			}
		})
	}
}

// A client may send its first message together with the end of TLS 1.3.
func TestFirstMessageAtOnce(t *testing.T) {
	c := newWorld(t).begin(t)
	i := newInitiator(t, asAda())
	hello, _, err := i.Initiate(t.Context(), nil)
	require.NoError(t, err)
	flight, _, err := step(t, c, hello)
	require.NoError(t, err)
	finished, _, err := i.Initiate(t.Context(), flight)
	require.NoError(t, err)
	first, err := i.introduce(t.Context())
	require.NoError(t, err)
	reply, _, err := step(t, c, append(finished, first...))
	require.NoError(t, err)
	r := received(t, i.tunnel, reply)
	assert.NotEmpty(t, r.NegoToken)
}

func TestSealTakesNoMoreThanAPiece(t *testing.T) {
	_, theirs, ours := login(t, newInitiator(t, asAda()), newWorld(t).begin(t))
	_, _, err := ours.Seal(message(maxPlain + 1))
	require.ErrorIs(t, err, ErrPiece)
	exchange(t, theirs, ours) // nothing has happened
}

// A peer that does not cut its messages makes several records of one.
func TestUnsealManyRecords(t *testing.T) {
	i := newInitiator(t, asAda())
	_, _, ours := login(t, i, newWorld(t).begin(t))
	records, err := i.tunnel.write(message(500_000))
	require.NoError(t, err)
	plain, err := ours.Unseal(records[:17], records[17:])
	require.NoError(t, err)
	assert.True(t, bytes.Equal(message(500_000), plain))
	assert.Nil(t, ours.in, "so much is not kept")
}

func TestIdentityMayEnd(t *testing.T) {
	w := newWorld(t)
	generation, there := "", true
	w.config.Generation = func(name string) (string, bool) {
		assert.Equal(t, "ada", name)
		return generation, there
	}
	result, _, _ := login(t, newInitiator(t, asAda()), w.begin(t))
	assert.True(t, result.Valid())
	there = false
	assert.False(t, result.Valid())
	generation, there = "another", true
	assert.False(t, result.Valid())

	// It may change in the middle of a login.
	w.delegated = nil
	_, server, _ := converse(t, newInitiator(t, asAda()), w.begin(t), nil)
	require.ErrorIs(t, server, auth.ErrUserChanged)
	assert.Empty(t, w.delegated)
}

// cache is a Delegation.
type cache struct{}

func (cache) CredentialCache(context.Context) ([]byte, error) { return []byte("ticket"), nil }

// What is made of the credentials goes to the sessions of the connection.
func TestDelegation(t *testing.T) {
	w := newWorld(t)
	w.made = cache{}
	result, _, _ := login(t, newInitiator(t, asAda()), w.begin(t))
	assert.Equal(t, cache{}, result.Delegation)
}

// What a client sends that wants to delegate nothing.
func TestNothingDelegated(t *testing.T) {
	w := newWorld(t)
	client := asAda()
	client.Credentials = NewCredentials("", "", nil)
	result, _, _ := login(t, newInitiator(t, client), w.begin(t))
	assert.Empty(t, w.delegated)
	assert.Nil(t, result.Delegation)

	w.config.Delegated = nil
	login(t, newInitiator(t, asAda()), w.begin(t))
}

// The scheme makes a certificate of its own, once.
func TestOwnCertificate(t *testing.T) {
	w := newWorld(t)
	w.config.Certificate = nil
	s := w.scheme(t)
	var keys [][]byte
	for range 2 {
		c := s.Begin().(*Context)
		login(t, newInitiator(t, asAda()), c)
		keys = append(keys, c.shown.key)
	}
	assert.Equal(t, keys[0], keys[1])
	assert.Equal(t, byte(0x30), keys[0][0], "a SEQUENCE: RSAPublicKey")
}

// Other keys than RSA's are bound as well.
func TestOtherKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	w := newWorld(t)
	w.config.MinVersion = 2
	w.config.Certificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil // without a Leaf
	}
	for _, version := range []int{2, 6} {
		client := asAda()
		client.MinVersion, client.MaxVersion = 2, version
		c := w.begin(t)
		login(t, newInitiator(t, client), c)
		assert.Equal(t, point, c.shown.key)
	}
}

func TestNewRefuses(t *testing.T) {
	good := newWorld(t).config
	for name, change := range map[string]func(c *Config){
		"no mechanisms":   func(c *Config) { c.Mechanisms = nil },
		"no identities":   func(c *Config) { c.Identify = nil },
		"version 1":       func(c *Config) { c.MinVersion = 1 },
		"version 7":       func(c *Config) { c.MaxVersion = 7 },
		"versions turned": func(c *Config) { c.MaxVersion = 4 },
		"TLS turned":      func(c *Config) { c.MinTLS, c.MaxTLS = tls.VersionTLS13, tls.VersionTLS12 },
	} {
		c := good
		change(&c)
		_, err := New(c)
		assert.Error(t, err, name)
	}
	_, err := NewInitiator(InitiatorConfig{})
	assert.Error(t, err)
}
