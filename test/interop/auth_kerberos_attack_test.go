package interop

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"

	krb5 "github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// token makes the first token of a user for a service, with gokrb5 as the
// client of the KDC.
func (k *kdc) token(t *testing.T, user, service string, o kerberos.InitiatorOptions) string {
	t.Helper()
	c, err := config.Load(k.path("krb5.conf"))
	var unsupported config.UnsupportedDirective
	if err != nil && !errors.As(err, &unsupported) {
		require.NoError(t, err)
	}
	login := krb5.NewWithPassword(user, kerberosRealm, passwordOf(user), c, krb5.DisablePAFXFAST(true))
	require.NoError(t, login.Login())
	defer login.Destroy()
	ticket, err := kerberos.ServiceTicket(login, service)
	require.NoError(t, err)
	token, _, err := kerberos.NewInitiator(ticket, o).Initiate(t.Context(), nil)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(token)
}

// TestAuthKerberosAttacks: each token over a connection of its own, or again.
func TestAuthKerberosAttacks(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, arguments: []string{"--keytab", k.keytab}})
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a certificate of this test
	post := func(scheme, authorization string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, scheme+"://"+s.addresses[scheme]+"/wsman", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", authorization)
		response, err := transport.RoundTrip(r)
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	service := "HTTP/" + kerberosHosts[aes256]
	for _, name := range []string{"Negotiate ", "Kerberos "} {
		token := k.token(t, "alice", service, kerberos.InitiatorOptions{})
		assert.Equal(t, http.StatusOK, post("http", name+token))
		assert.Equal(t, http.StatusUnauthorized, post("http", name+token), "replayed")
		assert.Equal(t, http.StatusUnauthorized, post("https", name+token), "replayed at the other listener")
	}
	assert.Equal(t, http.StatusUnauthorized, post("http", "Negotiate "+k.token(t, "alice", "cifs/other.winrmd.test", kerberos.InitiatorOptions{})), "another service")
	assert.Equal(t, http.StatusUnauthorized, post("http", "Negotiate "+k.token(t, "bob", service, kerberos.InitiatorOptions{})), "no user here")
	assert.Equal(t, http.StatusUnauthorized, post("https", "Negotiate "+k.token(t, "alice", service, kerberos.InitiatorOptions{BindingAware: true})),
		"a client that would send a binding over TLS and sends none")
	wrong := kerberos.InitiatorOptions{Binding: [16]byte{1}}
	assert.Equal(t, http.StatusUnauthorized, post("https", "Negotiate "+k.token(t, "alice", service, wrong)), "another channel")
	assert.Equal(t, http.StatusUnauthorized, post("http", "Negotiate "+k.token(t, "alice", service, wrong)), "a channel, where there is none")
	for _, text := range []string{"replay", "bob@WINRMD.TEST", "channel binding"} {
		assert.True(t, s.log.contains(text), "the log has no %q", text)
	}
}
