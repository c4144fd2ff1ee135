package negotiate_test

import (
	"crypto/x509"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

var (
	_ auth.Scheme = (*negotiate.Scheme)(nil)
)

const annIs = "Ann/Negotiate/group of Ann"

func TestNTLM(t *testing.T) {
	for name, raw := range map[string]bool{"in SPNEGO": false, "raw": true} {
		t.Run(name, func(t *testing.T) {
			l := newWorld(t, options{}).dial(t)
			response, body := l.ask(nil)
			assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
			assert.Equal(t, []string{"Negotiate"}, response.Header.Values("WWW-Authenticate"))
			assert.Empty(t, body)
			l.logOn(ann(), raw)
			for range 3 {
				assert.Equal(t, annIs, l.who())
			}
			response, body = l.ask(nil)
			assert.Equal(t, http.StatusUnauthorized, response.StatusCode, "an empty request asks for a handshake")
			assert.Equal(t, []string{"Negotiate"}, response.Header.Values("WWW-Authenticate"))
			assert.Empty(t, body)
			assert.Equal(t, annIs, l.who(), "until there is one")
			_, _ = l.ask(nil)
			l.logOn(ann(), raw)
			assert.Equal(t, annIs, l.who())
		})
	}
}

// TestBodyWithTheTokens: clients over HTTPS send the message itself with every
// token, in clear.
func TestBodyWithTheTokens(t *testing.T) {
	for name, o := range map[string]options{"TLS": {tls: true}, "clear": {allowUnencrypted: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, o)
			l := w.dial(t)
			c := ntlm.NewClient(ann())
			var token []byte
			for i := 0; ; i++ {
				reply, done, err := c.Initiate(t.Context(), token)
				require.NoError(t, err)
				response, body := l.ask([]byte(request("")), soap, authorization(reply))
				if done {
					assert.Equal(t, http.StatusOK, response.StatusCode)
					assert.Equal(t, annIs, userIn(body))
					break
				}
				assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
				token = tokenOf(t, response)
			}
			_, body := l.ask([]byte(request("")), soap)
			assert.Equal(t, annIs, userIn(body))
			l.session = c.Session()
			assert.Equal(t, annIs, l.who(), "sealed messages are taken there too")
		})
	}
}

// TestNames: who owns a session must not depend on how the name was written.
func TestNames(t *testing.T) {
	w := newWorld(t, options{})
	for _, c := range []ntlm.ClientConfig{
		{User: "ann"}, {User: "ANN"}, {User: "Ann", Domain: "HOST"}, {User: "ann", Domain: "."},
		{User: "ann", Domain: "ELSEWHERE"}, {User: "ann@example.org"},
	} {
		c.Hash = ntlm.NewHash("geheim")
		l := w.dial(t)
		l.logOn(c, false)
		assert.Equal(t, annIs, l.who(), "%s %s", c.User, c.Domain)
	}
}

// TestChannelBinding is the table of CbtHardeningLevel.
func TestChannelBinding(t *testing.T) {
	other := certificate(t).Leaf
	for _, test := range []struct {
		level              negotiate.Hardening
		tls                bool
		none, right, wrong int
	}{
		{negotiate.None, true, 200, 200, 200},
		{negotiate.Relaxed, true, 200, 200, 401},
		{negotiate.Strict, true, 401, 200, 401},
		{negotiate.None, false, 200, 0, 200},
		{negotiate.Relaxed, false, 200, 0, 401}, // it speaks over TLS, with somebody else
		{negotiate.Strict, false, 200, 0, 401},
	} {
		w := newWorld(t, options{tls: test.tls, hardening: test.level})
		try := func(want int, channel []byte) {
			t.Helper()
			c := ann()
			if channel != nil {
				c.Bindings = ntlm.NewBindings(channel)
			}
			assert.Equal(t, want, w.dial(t).exchange(ntlm.NewClient(c)), "%v over TLS: %v", test.level, test.tls)
		}
		try(test.none, nil)
		try(test.wrong, negotiate.EndPoint(other))
		if test.tls {
			try(test.right, negotiate.EndPoint(w.certificate))
		}
		if test.wrong == 401 {
			assert.Contains(t, w.log.String(), negotiate.ErrChannelBinding.Error())
		}
	}
}

// TestEndPoint: the hash is the one of the certificate's signature (RFC 5929
// section 4.1).
func TestEndPoint(t *testing.T) {
	for algorithm, size := range map[x509.SignatureAlgorithm]int{
		x509.MD5WithRSA: 32, x509.SHA1WithRSA: 32, x509.ECDSAWithSHA1: 32, x509.SHA256WithRSA: 32, x509.ECDSAWithSHA256: 32,
		x509.SHA384WithRSA: 48, x509.ECDSAWithSHA384: 48, x509.SHA384WithRSAPSS: 48,
		x509.SHA512WithRSA: 64, x509.ECDSAWithSHA512: 64, x509.SHA512WithRSAPSS: 64, x509.PureEd25519: 32,
	} {
		channel := negotiate.EndPoint(&x509.Certificate{Raw: []byte("x"), SignatureAlgorithm: algorithm})
		assert.Len(t, channel, len("tls-server-end-point:")+size, algorithm)
	}
}

func TestParseHardening(t *testing.T) {
	for text, want := range map[string]negotiate.Hardening{"Relaxed": negotiate.Relaxed, "Strict": negotiate.Strict, "None": negotiate.None} {
		got, err := negotiate.ParseHardening(text)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := negotiate.ParseHardening("strict")
	assert.Error(t, err)
}

func TestNoMechanism(t *testing.T) {
	_, err := negotiate.New(negotiate.Config{Accounts: newPeople()})
	require.Error(t, err)
	_, err = negotiate.NewKerberos(negotiate.Config{Accounts: newPeople(), NTLM: negotiate.NewVerifier(newPeople())})
	require.Error(t, err, "scheme Kerberos has no NTLM")
}

// TestRefusals: what a client gets does not tell why, what is logged does.
func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		client  ntlm.ClientConfig
		options options
		logged  string
	}{
		"wrong password": {ntlm.ClientConfig{User: "ann", Domain: "HOST", Hash: ntlm.NewHash("x")}, options{}, `of \"HOST\\\\ann\" from 127.0.0.1: wrong credentials`},
		"unknown user":   {ntlm.ClientConfig{User: "eve", Hash: ntlm.NewHash("x")}, options{}, `of \"eve\" from 127.0.0.1: wrong credentials`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.options)
			l := w.dial(t)
			assert.Equal(t, http.StatusUnauthorized, l.exchange(ntlm.NewClient(test.client)))
			assert.Contains(t, w.log.String(), test.logged)
			l.logOn(ann(), false)
			assert.Equal(t, annIs, l.who(), "the connection can be used on")
		})
	}
	t.Run("cannot be checked", func(t *testing.T) {
		w := newWorld(t, options{})
		w.people.broken = errors.New("users file: broken")
		assert.Equal(t, http.StatusUnauthorized, w.dial(t).exchange(ntlm.NewClient(ann())))
		assert.Contains(t, w.log.String(), "users file: broken")
		assert.NotContains(t, w.log.String(), "wrong credentials")
	})
}

// TestUserGoes: a connection ends with its user.
func TestUserGoes(t *testing.T) {
	w := newWorld(t, options{})
	l := w.dial(t)
	l.logOn(ann(), false)
	assert.Equal(t, annIs, l.who())
	w.people.remove("Ann")
	response, _ := l.ask(l.seal(request("")), sealedHeader)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	assert.Contains(t, w.log.String(), auth.ErrUserChanged.Error())
}
