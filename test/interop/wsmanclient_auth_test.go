package interop

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// goClient makes a client of package wsmanclient. The certificate of a test's
// server is nobody's.
func (s *server) goClient(t *testing.T, scheme string, c wsmanclient.Config) *wsmanclient.Client {
	t.Helper()
	if c.TLS == nil {
		c.TLS = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // a certificate of this test
	}
	client, err := wsmanclient.New(scheme+"://"+s.addresses[scheme]+"/wsman", c)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// goClientAt is goClient of a server that is called by another name, as Kerberos
// wants it.
func (s *server) goClientAt(t *testing.T, scheme, host string, c wsmanclient.Config) *wsmanclient.Client {
	t.Helper()
	c.TLS = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // a certificate of this test
	c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.addresses[scheme])
	}
	client, err := wsmanclient.New(scheme+"://"+host+":"+portOf(t, s.addresses[scheme]), c)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// bounded is a context for what must not hang.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// commandOutput is what a command put out, by stream, and its exit code.
func commandOutput(t *testing.T, c *wsmanclient.Command) (map[string]string, uint32) {
	t.Helper()
	all := map[string]string{}
	r := c.Receiver()
	for {
		output, err := r.Next(bounded(t))
		require.NoError(t, err)
		for _, s := range output.Streams {
			b, err := s.AppendBytes(nil)
			require.NoError(t, err)
			all[s.Name] += string(b)
		}
		if output.Done() {
			require.True(t, output.HasExitCode)
			return all, output.ExitCode
		}
	}
}

// goWinRS runs a command with input, in a shell of its own, with large output.
func goWinRS(t *testing.T, client *wsmanclient.Client) {
	t.Helper()
	ctx := bounded(t)
	id, err := client.Identify(ctx)
	require.NoError(t, err)
	assert.Equal(t, wsman.NamespaceWSMan, id.ProtocolVersion)
	shell, err := client.CreateShell(ctx, wsmanclient.ShellConfig{
		Environment: []wsmanclient.Variable{{Name: "GREETING", Value: `a "ü" <&>`}}, IdleTimeout: 5 * time.Minute,
	})
	require.NoError(t, err)
	assert.Equal(t, shell.ID(), shell.Info().ShellID)
	assert.Equal(t, 5*time.Minute, shell.Info().IdleTimeout)
	command, err := shell.Command(ctx, wsmanclient.CommandConfig{
		Line: `echo "$GREETING"; read line; echo "got $line" >&2; head -c 700000 /dev/zero | tr '\0' x; exit 7`,
	})
	require.NoError(t, err)
	require.NoError(t, command.Send(ctx, "stdin", []byte("what I ß\n"), true))
	output, code := commandOutput(t, command)
	assert.Equal(t, uint32(7), code)
	greeting, rest, _ := strings.Cut(output["stdout"], "\n")
	assert.Equal(t, `a "ü" <&>`, greeting)
	assert.Equal(t, "got what I ß\n", output["stderr"])
	assert.Equal(t, 700_000, strings.Count(rest, "x"))
	require.NoError(t, command.Close(ctx))
	require.NoError(t, shell.Delete(ctx))
	_, err = shell.Get(ctx)
	assert.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
}

// TestGoClientPassword: schemes with a name and a password.
func TestGoClientPassword(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	closed := start(t, setup{withoutSlot: true, encryptedOnly: true, arguments: []string{"--auth", "basic,negotiate,credssp"}})
	open := start(t, setup{withoutSlot: true})
	who := wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")}
	domain := who
	domain.User = `ELSEWHERE\alice`
	without := who
	without.KerberosConfig = filepath.Join(t.TempDir(), "none")
	for name, test := range map[string]struct {
		server *server
		scheme string
		config wsmanclient.Config
	}{
		"Basic over HTTPS": {closed, "https", wsmanclient.Config{Authentication: wsmanclient.Basic("alice", passwordOf("alice"))}},
		"Basic over HTTP":  {open, "http", wsmanclient.Config{Authentication: wsmanclient.Basic("alice", passwordOf("alice")), AllowUnencrypted: true}},
		"Basic, UTF-16": {open, "http", wsmanclient.Config{
			Authentication: wsmanclient.Basic("alice", passwordOf("alice")), AllowUnencrypted: true, Charset: wsman.UTF16,
		}},
		"NTLM, sealed":         {closed, "http", wsmanclient.Config{Authentication: wsmanclient.NTLM(who)}},
		"NTLM, sealed, UTF-16": {closed, "http", wsmanclient.Config{Authentication: wsmanclient.NTLM(who), Charset: wsman.UTF16}},
		"NTLM, domain":         {closed, "http", wsmanclient.Config{Authentication: wsmanclient.NTLM(domain)}},
		"NTLM in clear":        {open, "http", wsmanclient.Config{Authentication: wsmanclient.NTLM(who), AllowUnencrypted: true, NoEncryption: true}},
		"NTLM over HTTPS":      {closed, "https", wsmanclient.Config{Authentication: wsmanclient.NTLM(who)}},
		"Negotiate, no ticket": {closed, "http", wsmanclient.Config{Authentication: wsmanclient.Negotiate(without)}},
		"CredSSP, sealed":      {closed, "http", wsmanclient.Config{Authentication: wsmanclient.CredSSP(who)}},
		"CredSSP over HTTPS":   {closed, "https", wsmanclient.Config{Authentication: wsmanclient.CredSSP(who)}},
	} {
		t.Run(name, func(t *testing.T) {
			auth, _, _ := strings.Cut(strings.Fields(name)[0], ",")
			matrix.Ran(t, "winrm", "shell", schemeName(test.scheme, auth, test.config.NoEncryption || auth == "Basic"))
			goWinRS(t, test.server.goClient(t, test.scheme, test.config))
		})
	}
	t.Run("refused", func(t *testing.T) {
		wrong := wsmanclient.NegotiateConfig{User: "alice", Password: "wrong"}
		for scheme, a := range map[string]wsmanclient.Authentication{
			"Basic": wsmanclient.Basic("alice", "wrong"), "Negotiate": wsmanclient.NTLM(wrong), "CredSSP": wsmanclient.CredSSP(wrong),
		} {
			_, err := closed.goClient(t, "https", wsmanclient.Config{Authentication: a}).Identify(bounded(t))
			var refused *wsmanclient.AuthenticationError
			require.ErrorAs(t, err, &refused, scheme)
			assert.Equal(t, scheme, refused.Scheme)
			assert.NotContains(t, err.Error(), "wrong")
		}
		_, err := closed.goClient(t, "http", wsmanclient.Config{Authentication: wsmanclient.Basic("alice", passwordOf("alice"))}).Identify(bounded(t))
		assert.ErrorIs(t, err, wsmanclient.ErrUnencrypted)
		_, err = closed.goClient(t, "https", wsmanclient.Config{TLS: &tls.Config{}}).Identify(bounded(t))
		var distrust *wsmanclient.AuthenticationError
		require.ErrorAs(t, err, &distrust)
		assert.Equal(t, "TLS", distrust.Scheme)
	})
}

// TestGoClientChannelBinding: through somebody in between the tokens are of no
// use, and straight they are.
func TestGoClientChannelBinding(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	k := startKDC(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true, settings: "[Auth]\nCbtHardeningLevel = 'Strict'\n", arguments: []string{"--keytab", k.keytab}})
	who := wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice"), KerberosConfig: k.path("krb5.conf"), ServiceName: "HTTP/" + kerberosHosts[aes256]}
	for name, a := range map[string]wsmanclient.Authentication{"NTLM": wsmanclient.NTLM(who), "Kerberos": wsmanclient.KerberosInNegotiate(who)} {
		_, err := s.goClient(t, "https", wsmanclient.Config{Authentication: a}).Identify(bounded(t))
		require.NoError(t, err, name)
		between := startBetween(t, s.addresses["https"])
		client, err := wsmanclient.New("https://"+between, wsmanclient.Config{Authentication: a, TLS: &tls.Config{InsecureSkipVerify: true}}) //nolint:gosec // that is the point
		require.NoError(t, err)
		defer client.Close()
		_, err = client.Identify(bounded(t))
		var refused *wsmanclient.AuthenticationError
		assert.ErrorAs(t, err, &refused, name)
	}
}

// TestGoClientKerberos: tickets of a real KDC, by password, keytab and cache, for
// each type of key.
func TestGoClientKerberos(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	k := startKDC(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true, arguments: []string{"--keytab", k.keytab}})
	alone := start(t, setup{
		withoutSlot: true, encryptedOnly: true, settings: "[Auth]\nNegotiate = false\nBasic = false\nKeytab = '" + k.keytab + "'\n",
	})
	k.run(t, "ktadd -norandkey -k "+k.path("alice.keytab")+" alice\n", "kadmin.local", "-r", kerberosRealm)
	k.login(t, "alice")
	base := wsmanclient.NegotiateConfig{KerberosConfig: k.path("krb5.conf")}
	password, keytab, cache := base, base, base
	password.User, password.Password = "alice", passwordOf("alice")
	keytab.User, keytab.Keytab = "alice@"+kerberosRealm, k.path("alice.keytab")
	cache.CCache = k.path("cache-alice")
	for name, who := range map[string]wsmanclient.NegotiateConfig{"password": password, "keytab": keytab, "cache": cache} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				config := wsmanclient.Config{Authentication: wsmanclient.KerberosInNegotiate(who)}
				goWinRS(t, s.goClientAt(t, scheme, kerberosHosts[aes256], config))
				config.Authentication = wsmanclient.Kerberos(who)
				goWinRS(t, alone.goClientAt(t, scheme, kerberosHosts[aes256], config))
			})
		}
	}
	for etype, host := range kerberosHosts {
		t.Run(etype, func(t *testing.T) {
			goWinRS(t, s.goClientAt(t, "http", host, wsmanclient.Config{Authentication: wsmanclient.Negotiate(cache)}))
		})
	}
	t.Run("no ticket", func(t *testing.T) {
		wrong := password
		wrong.Password = "wrong"
		_, err := s.goClientAt(t, "http", kerberosHosts[aes256], wsmanclient.Config{Authentication: wsmanclient.KerberosInNegotiate(wrong)}).Identify(bounded(t))
		var refused *wsmanclient.AuthenticationError
		require.ErrorAs(t, err, &refused)
	})
}

// TestGoClientCertificate: the profile https/mutual.
func TestGoClientCertificate(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	s := start(t, setup{
		encryptedOnly: true, arguments: []string{"--auth", "certificate"},
		files: map[string]string{"client-ca.pem": certificatePEM(ca.certificate.Raw), "certmapping.toml": "[[Mapping]]\nSubject = \"*@example.com\"\nUser = \"Alice\"\n"},
	})
	with := func(a authority) wsmanclient.Config {
		own := a.issue(t)
		pair, err := tls.LoadX509KeyPair(own["certificate"].(string), own["key"].(string))
		require.NoError(t, err)
		return wsmanclient.Config{
			Authentication: wsmanclient.Certificate(),
			TLS:            &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}}, //nolint:gosec // a certificate of this test
		}
	}
	goWinRS(t, s.goClient(t, "https", with(ca)))
	_, err := s.goClient(t, "https", with(other)).Identify(bounded(t))
	var refused *wsmanclient.AuthenticationError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "Certificate", refused.Scheme)
}

// TestGoClientProxy: through proxies of each kind is tested beside the client;
// this is that a sealed connection goes through one.
func TestGoClientProxy(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	proxy := startHTTPProxy(t)
	who := wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")}
	for _, scheme := range []string{"http", "https"} {
		goWinRS(t, s.goClient(t, scheme, wsmanclient.Config{
			Authentication: wsmanclient.NTLM(who), Proxy: func(*url.URL) (*url.URL, error) { return proxy, nil },
		}))
	}
}
