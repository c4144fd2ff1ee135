package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kerberosClients are pypsrp and pywinrm, which call a server by another name
// than the one that they connect to.
func pypsrpKerberos(c client, k []string, auth, encryption, host string) client {
	return c.authenticating(auth, encryption, args{"negotiate_hostname_override": host}).with(k...)
}

func pywinrmKerberos(c client, k []string, encryption, host string) client {
	return c.authenticating("kerberos", encryption, args{"kerberos_hostname_override": host, "service": "HTTP"}).with(k...)
}

// byTicket leaves the password out: a client takes the ticket that it has.
func (c client) byTicket() client {
	c.user, c.password = "", ""
	return c
}

const aes256 = "aes256-cts-hmac-sha1-96"

// TestAuthKerberos: real clients with tickets of a real KDC.
func TestAuthKerberos(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, withoutSlot: true, arguments: []string{"--keytab", k.keytab}})
	alice := k.login(t, "alice")
	sub := func(name string, check func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			check(t)
		})
	}
	runs := func(t *testing.T, c client) {
		t.Helper()
		got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..5; 'ü'"})
		got.completed(t)
		assert.Equal(t, append(numbers(1, 5), "ü"), got.Output)
	}
	for _, l := range sealedLogins("kerberos", "negotiate") {
		sub("pypsrp "+l.String(), func(t *testing.T) {
			c := s.client().over(l.scheme)
			one := pypsrpKerberos(c.byTicket(), alice, l.auth, l.encryption, kerberosHosts[aes256])
			one.ran(t, "pypsrp", "run")
			runs(t, one)
			if l.encryption == "auto" {
				runs(t, pypsrpKerberos(c, k.environment(), l.auth, l.encryption, kerberosHosts[aes256])) // by password
			}
		})
	}
	for _, l := range sealedLogins("kerberos") {
		sub("pywinrm "+l.String(), func(t *testing.T) {
			c := pywinrmKerberos(s.client().over(l.scheme), alice, l.encryption, kerberosHosts[aes256])
			c.ran(t, "pywinrm", "exit code and stderr")
			pywinrmExitCode(t, c)
			pywinrmLongOutput(t, c)
		})
	}
	for etype, host := range kerberosHosts {
		sub("sealed with "+etype, func(t *testing.T) {
			c := pypsrpKerberos(s.client().byTicket(), alice, "kerberos", "always", host)
			runs(t, c)
			pypsrpInput(t, c)
		})
	}
	sub("other processes", func(t *testing.T) {
		c := pypsrpKerberos(s.client().byTicket(), alice, "kerberos", "always", kerberosHosts[aes256])
		left := c.leave(t, args{"scripts": []string{"1..3", "1..3"}})
		for i, back := range []client{c, s.client().authenticating("ntlm", "always", nil)} {
			one := left
			one.Pools = left.Pools[i : i+1]
			got := back.comeBack(t, one, args{"busy_seconds": 5, "after": "'after'"})
			require.Len(t, got.Pools, 1)
			assert.Equal(t, []any{"after"}, got.Pools[0].After)
		}
	})
	sub("NTLM beside it", func(t *testing.T) { runs(t, s.client().authenticating("ntlm", "always", nil)) })
	sub("refused", func(t *testing.T) {
		c := pypsrpKerberos(s.client().byTicket(), k.login(t, "bob"), "kerberos", "auto", kerberosHosts[aes256])
		got := c.fails(t, "login.py", nil)
		assert.Equal(t, "AuthenticationError", got.Type, "bob is in the realm, but no user here: %s", got.Text)
		got = pypsrpKerberos(s.client().byTicket(), alice, "kerberos", "never", kerberosHosts[aes256]).fails(t, "login.py", nil)
		assert.EqualValues(t, 5, got.Code, "in clear: %s", got.Text)
	})
}

// TestAuthSchemeKerberos: without Negotiate the scheme and the protocol of
// sealed messages have other names (MS-WSMV 2.2.9.1.2).
func TestAuthSchemeKerberos(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, settings: "[Auth]\nNegotiate = false\nBasic = false\nKeytab = '" + k.keytab + "'\n"})
	alice := k.login(t, "alice")
	for _, l := range sealedLogins("kerberos") {
		c := pypsrpKerberos(s.client().over(l.scheme).byTicket(), alice, "kerberos", l.encryption, kerberosHosts[aes256])
		got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..5"})
		got.completed(t)
		assert.Equal(t, numbers(1, 5), got.Output, l)
	}
	got := s.client().authenticating("ntlm", "auto", nil).fails(t, "login.py", nil)
	assert.NotEmpty(t, got.Type, "there is no NTLM")
}

// TestAuthKerberosChannelBinding is TestAuthChannelBinding with tickets.
func TestAuthKerberosChannelBinding(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	takeSlot(t)
	alice := k.login(t, "alice")
	for level, want := range map[string][3]bool{
		// Straight with a binding, straight without, through the server between.
		"Relaxed": {true, true, false},
		"Strict":  {true, false, false},
		"None":    {true, true, true},
	} {
		s := start(t, setup{
			withoutSlot: true, encryptedOnly: true, settings: "[Auth]\nCbtHardeningLevel = '" + level + "'\n",
			arguments: []string{"--keytab", k.keytab},
		})
		c := s.client().over("https").byTicket()
		bound := pypsrpKerberos(c, alice, "kerberos", "auto", kerberosHosts[aes256])
		unbound := c.authenticating("kerberos", "auto", args{
			"negotiate_hostname_override": kerberosHosts[aes256], "negotiate_send_cbt": false,
		}).with(alice...)
		between := bound.with("WINRMD_PORT=" + portOf(t, startBetween(t, s.addresses["https"])))
		for i, c := range []client{bound, unbound, between} {
			failure := exception(t, c.begin(t, "login.py", nil).result(t))
			assert.Equal(t, want[i], failure == nil, "%s %d: %v", level, i, failure)
		}
	}
}

// TestAuthKeytab: a keytab that will not do is an error at the start.
func TestAuthKeytab(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true})
	for keytab, want := range map[string]string{
		k.path("missing"):   "no such file",
		k.path("krb5.conf"): "malformed",
		k.other:             "no key",
	} {
		assert.Contains(t, s.refuses(t, "serve", "--state", stateDirectory(t), "--keytab", keytab), want)
	}
}
