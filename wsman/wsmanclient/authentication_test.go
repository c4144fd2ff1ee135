package wsmanclient_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func ann(password string) wsmanclient.NegotiateConfig {
	return wsmanclient.NegotiateConfig{User: "ann", Password: password}
}

// TestSealed: over http messages are sealed, large and small, faults too, on each
// connection with a state of its own.
func TestSealed(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"),
		wsmantest.On(wsman.ActionPut).AnswerFunc((*wsmantest.Request).Body).Always(), wsmantest.On(wsman.ActionGet).Fault(wsman.CodeAccessDenied).Times(3))
	hash := ntlm.NewHash("geheim")
	for _, who := range []wsmanclient.NegotiateConfig{ann("geheim"), {User: `DOMAIN\ann`, Hash: &hash}} {
		for _, charset := range []wsman.Charset{wsman.UTF8, wsman.UTF16} {
			c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(who), Charset: charset})
			for _, size := range []int{0, 1, 3000, 100_000, 400_000} {
				text := "<x>" + strings.Repeat("ü", size/2) + "</x>"
				got, err := c.Put(within(t), some, []byte(text))
				require.NoError(t, err)
				assert.Len(t, parse(t, got).Text(), size/2*2)
			}
		}
	}
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(ann("geheim"))})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 20 {
				got, err := c.Put(t.Context(), some, fmt.Appendf(nil, "<x>%d</x>", n))
				if assert.NoError(t, err) {
					assert.Contains(t, string(got), fmt.Sprintf(">%d<", n))
				}
			}
		})
	}
	all.Wait()
	for range 3 {
		_, err := c.Get(within(t), some)
		require.ErrorIs(t, err, wsman.CodeAccessDenied)
	}
	for _, r := range s.Requests() {
		require.True(t, r.Sealed)
		require.Equal(t, "ann", r.User)
	}
}

// TestOverTLS: messages are not sealed there, and the handshake is bound to the
// certificate (wsmantest's server checks the binding).
func TestOverTLS(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.TLS(), wsmantest.User("ann", "geheim"), wsmantest.OnAny().Answer("<x/>").Always())
	for _, a := range []wsmanclient.Authentication{wsmanclient.NTLM(ann("geheim")), wsmanclient.Basic("ann", "geheim")} {
		c := client(t, s, wsmanclient.Config{Authentication: a})
		_, err := c.Get(within(t), some)
		require.NoError(t, err)
	}
	for _, r := range s.Requests() {
		assert.False(t, r.Sealed)
		assert.Equal(t, "ann", r.User)
	}
}

func TestRefused(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"))
	for scheme, a := range map[string]wsmanclient.Authentication{
		"Basic": wsmanclient.Basic("ann", "wrong"), "Negotiate": wsmanclient.NTLM(ann("wrong")), "CredSSP": wsmanclient.CredSSP(ann("geheim")), "": nil,
	} {
		c := client(t, s, wsmanclient.Config{Authentication: a, AllowUnencrypted: true})
		for range 2 {
			_, err := c.Get(within(t), some)
			var refused *wsmanclient.AuthenticationError
			require.ErrorAs(t, err, &refused, scheme)
			assert.Equal(t, scheme, refused.Scheme)
			assert.Equal(t, []string{"Negotiate", "Basic"}, refused.Offered, scheme)
			assert.Contains(t, err.Error(), "the server offers Negotiate, Basic")
		}
	}
	_, err := client(t, s, wsmanclient.Config{Authentication: wsmanclient.Basic("a:b", "c"), AllowUnencrypted: true}).Get(within(t), some)
	var refused *wsmanclient.AuthenticationError
	require.ErrorAs(t, err, &refused)
	_, err = client(t, s, wsmanclient.Config{Authentication: wsmanclient.Certificate()}).Get(within(t), some)
	require.ErrorAs(t, err, &refused)
	_, err = client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: "ann"})}).Get(within(t), some)
	require.ErrorAs(t, err, &refused, "neither password nor hash")
}

// TestInClear: neither a password nor a message goes over the wire in clear unless
// that is allowed.
func TestInClear(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"), wsmantest.OnAny().Answer("<x/>").Times(2))
	for _, config := range []wsmanclient.Config{
		{Authentication: wsmanclient.Basic("ann", "geheim")}, {Authentication: wsmanclient.NTLM(ann("geheim")), NoEncryption: true},
	} {
		_, err := client(t, s, config).Get(within(t), some)
		require.ErrorIs(t, err, wsmanclient.ErrUnencrypted)
		assert.Empty(t, s.Requests())
	}
	for _, config := range []wsmanclient.Config{
		{Authentication: wsmanclient.Basic("ann", "geheim")}, {Authentication: wsmanclient.NTLM(ann("geheim")), NoEncryption: true},
	} {
		config.AllowUnencrypted = true
		_, err := client(t, s, config).Get(within(t), some)
		require.NoError(t, err)
	}
	assert.False(t, s.Requests()[1].Sealed)
}

// TestClearAnswerIsRefused: an answer in clear to a sealed request may be
// anybody's, whatever its status.
func TestClearAnswerIsRefused(t *testing.T) {
	fault := string(wsman.NewFault(wsman.CodeUnexpectedSelectors, "").AppendEnvelope(nil, nil, ""))
	s := wsmantest.NewServer(t, wsmantest.User("ann", "geheim"),
		wsmantest.OnAny().Status(200, "application/soap+xml", identified), wsmantest.OnAny().Status(500, "Application/SOAP+xml;charset=UTF-8", fault),
		wsmantest.OnAny().Status(200, `multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"`, "--Encrypted Boundary--\r\n"),
		wsmantest.OnAny().Status(503, "text/html", "<p>later"))
	c := client(t, s, wsmanclient.Config{Authentication: wsmanclient.NTLM(ann("geheim"))})
	for range 3 {
		_, err := c.Identify(within(t))
		var bad *wsmanclient.AnswerError
		require.ErrorAs(t, err, &bad)
		var f *wsman.Fault
		assert.NotErrorAs(t, err, &f)
	}
	_, err := c.Identify(within(t))
	var h *wsmanclient.HTTPError
	require.ErrorAs(t, err, &h, "a proxy may say so")

	plain := wsmantest.NewServer(t, wsmantest.OnAny().Status(200, `multipart/encrypted;protocol="x";boundary="y"`, "x"))
	_, err = client(t, plain, wsmanclient.Config{}).Identify(within(t))
	var bad *wsmanclient.AnswerError
	require.ErrorAs(t, err, &bad)
}

func TestTrust(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.TLS(), wsmantest.OnAny().Answer(wsmantest.Identified("x", "y")).Times(2))
	for name, config := range map[string]*tls.Config{
		"nobody": {}, "another name": func() *tls.Config { c := s.TLSConfig(); c.ServerName = "other"; return c }(),
	} {
		_, err := client(t, s, wsmanclient.Config{TLS: config}).Identify(within(t))
		var distrust *wsmanclient.AuthenticationError
		require.ErrorAs(t, err, &distrust, name)
		assert.Equal(t, "TLS", distrust.Scheme)
		var reason *tls.CertificateVerificationError
		assert.ErrorAs(t, err, &reason, name)
	}
	for _, config := range []*tls.Config{s.TLSConfig(), {InsecureSkipVerify: true}} { //nolint:gosec // that is the point
		_, err := client(t, s, wsmanclient.Config{TLS: config}).Identify(within(t))
		require.NoError(t, err)
	}
}

// TestNothingSecretIsPrinted: not by whatever way one prints it.
func TestNothingSecretIsPrinted(t *testing.T) {
	for _, a := range []wsmanclient.Authentication{
		wsmanclient.Basic("ann", "geheim"), wsmanclient.NTLM(ann("geheim")), wsmanclient.Negotiate(ann("geheim")),
		wsmanclient.Kerberos(ann("geheim")), wsmanclient.CredSSP(ann("geheim")),
	} {
		config := wsmanclient.Config{Authentication: a}
		c, err := wsmanclient.New("server", config)
		require.NoError(t, err)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			for _, what := range []any{a, config, &config, c, *c} {
				got := fmt.Sprintf(verb, what)
				assert.NotContains(t, got, "geheim")
				assert.NotContains(t, got, fmt.Sprintf("%x", "geheim"))
			}
		}
	}
}
