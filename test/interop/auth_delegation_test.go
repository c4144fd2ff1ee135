package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// showCache is a command that shows the credential cache of its session.
const showCache = `echo "cache=$KRB5CCNAME"; test -n "$KRB5CCNAME" && klist -c "$KRB5CCNAME"; true`

// TestAuthKerberosDelegation: a ticket that the client forwards is that of its
// session, which can go on to other machines with it; others get none.
func TestAuthKerberosDelegation(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, arguments: []string{"--keytab", k.keytab}})
	alice := k.login(t, "alice", "-f")
	host := kerberosHosts[aes256]
	try := func(c client) string {
		t.Helper()
		return run[commandResult](t, c, "winrs_run.py", args{"command": showCache}).Stdout
	}
	options := args{"kerberos_hostname_override": host, "service": "HTTP"}
	assert.Equal(t, "cache=\n", try(s.client().authenticating("kerberos", "always", options).with(alice...)))
	options["kerberos_delegation"] = true
	for _, scheme := range bothSchemes {
		got := try(s.client().over(scheme).authenticating("kerberos", "auto", options).with(alice...))
		assert.Contains(t, got, "cache=FILE:"+s.state)
		assert.Contains(t, got, "Default principal: alice@"+kerberosRealm)
		assert.Contains(t, got, "krbtgt/"+kerberosRealm+"@"+kerberosRealm)
	}
	assert.Equal(t, "cache=\n", try(s.client().authenticating("ntlm", "always", nil)))
}

// TestAuthCredSSPDelegation: the password that CredSSP hands over becomes a
// ticket for the session, where the machine knows a KDC, and leaves nothing.
func TestAuthCredSSPDelegation(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, arguments: []string{"--auth", "credssp"}, environment: k.environment()[:1]})
	c := s.client().authenticating("credssp", "auto", nil)
	got := run[commandResult](t, c, "winrs_run.py", args{"command": showCache}).Stdout
	assert.Contains(t, got, "cache=FILE:"+s.state)
	assert.Contains(t, got, "Default principal: alice@"+kerberosRealm)
	assert.Contains(t, got, "krbtgt/"+kerberosRealm+"@"+kerberosRealm)
	assert.False(t, s.log.contains(passwordOf("alice")), "the log has the password")
}
