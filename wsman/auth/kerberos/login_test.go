package kerberos

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLogin: each way to a ticket, whose service accepts it.
func TestLogin(t *testing.T) {
	k := kdc(t)
	cache := k.login(t)
	service := "HTTP/" + hosts[AES256SHA1]
	password := func() string { return testPassword }
	for name, test := range map[string]struct {
		config LoginConfig
		client string
	}{
		"password":          {LoginConfig{User: testUser, Password: password}, "alice@WINRMD.TEST"},
		"password, realm":   {LoginConfig{User: testUser, Realm: testRealm, Password: password}, "alice@WINRMD.TEST"},
		"name@REALM":        {LoginConfig{User: testUser + "@" + testRealm, Password: password}, "alice@WINRMD.TEST"},
		`realm\name`:        {LoginConfig{User: `winrmd.test\` + testUser, Password: password}, "alice@WINRMD.TEST"},
		"keytab":            {LoginConfig{User: "bob", Keytab: k.path("bob.keytab")}, "bob@WINRMD.TEST"},
		"cache":             {LoginConfig{CCache: cache}, "alice@WINRMD.TEST"},
		"cache with a kind": {LoginConfig{CCache: "FILE:" + cache}, "alice@WINRMD.TEST"},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.Config = k.config
			l := NewLogin(test.config)
			ticket, err := l.Ticket(t.Context(), service)
			require.NoError(t, err)
			c, i := handshake(t, k.acceptor(t), ticket, InitiatorOptions{})
			assert.Equal(t, test.client, c.Peer().Client.String())
			bothWays(t, i.Session(), c.Session())
			again, err := l.Ticket(t.Context(), service)
			require.NoError(t, err)
			assert.Equal(t, ticket, again, "the KDC is not asked for each connection")
		})
	}
}

// TestLoginEnvironment: what MIT's variables name is used where nothing else is.
func TestLoginEnvironment(t *testing.T) {
	k := kdc(t)
	t.Setenv("KRB5_CONFIG", k.config)
	t.Setenv("KRB5CCNAME", k.login(t))
	ticket, err := NewLogin(LoginConfig{}).Ticket(t.Context(), "HTTP/"+hosts[AES128SHA2])
	require.NoError(t, err)
	assert.Equal(t, "alice@WINRMD.TEST", ticket.Client.String())
}

func TestLoginFails(t *testing.T) {
	k := kdc(t)
	service := "HTTP/" + hosts[AES256SHA1]
	missing := filepath.Join(t.TempDir(), "missing")
	nonsense := filepath.Join(t.TempDir(), "nonsense")
	require.NoError(t, os.WriteFile(nonsense, []byte("\x05\x04hello"), 0o600))
	wrong := func() string { return "wrong" }
	for name, test := range map[string]struct {
		config  LoginConfig
		service string
		text    string
	}{
		"wrong password":  {LoginConfig{User: testUser, Password: wrong, Config: k.config}, service, "kerberos: "},
		"unknown user":    {LoginConfig{User: "nobody", Password: wrong, Config: k.config}, service, "kerberos: "},
		"unknown service": {LoginConfig{User: "bob", Keytab: k.path("bob.keytab"), Config: k.config}, "HTTP/unknown", "ticket for HTTP/unknown"},
		"no keytab":       {LoginConfig{User: "bob", Keytab: missing, Config: k.config}, service, "missing"},
		"no cache":        {LoginConfig{CCache: missing, Config: k.config}, service, "missing"},
		"cache, damaged":  {LoginConfig{CCache: nonsense, Config: k.config}, service, "damaged file"},
		"keyring":         {LoginConfig{CCache: "KEYRING:persistent:0", Config: k.config}, service, "only files are read"},
		"no krb5.conf":    {LoginConfig{CCache: missing, Config: missing}, service, "missing"},
	} {
		_, err := NewLogin(test.config).Ticket(t.Context(), test.service)
		require.Error(t, err, name)
		assert.ErrorContains(t, err, test.text, name)
	}
}

// TestLoginWithoutConfig: a machine without krb5.conf finds KDCs by DNS.
func TestLoginWithoutConfig(t *testing.T) {
	t.Setenv("KRB5_CONFIG", filepath.Join(t.TempDir(), "missing"))
	settings, err := loadConfig("")
	require.NoError(t, err)
	assert.True(t, settings.LibDefaults.DNSLookupKDC)
	_, err = NewLogin(LoginConfig{User: "ann", Password: func() string { return "x" }}).Ticket(t.Context(), "HTTP/x")
	assert.ErrorIs(t, err, errNoRealm, "there is nobody to ask")
}

// TestLoginContext: who gives up does not wait for a KDC that is silent.
func TestLoginContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(os.ErrClosed)
	l := NewLogin(LoginConfig{Password: func() string { time.Sleep(time.Second); return "" }, Config: kdc(t).config})
	_, err := l.Ticket(ctx, "HTTP/x")
	assert.ErrorIs(t, err, os.ErrClosed)
}
