package interop

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// login is a way in which a client of Python's logs on and protects messages.
type login struct {
	scheme, auth, encryption string
}

func (l login) String() string { return fmt.Sprintf("%s %s %s", l.scheme, l.auth, l.encryption) }

// sealedLogins are those of both clients with Negotiate and NTLM. Over HTTPS
// auto means in clear within TLS, and always sealed in spite of it.
func sealedLogins(auth ...string) []login {
	var all []login
	for _, a := range auth {
		all = append(all, login{"http", a, "auto"}, login{"http", a, "always"},
			login{"https", a, "auto"}, login{"https", a, "never"}, login{"https", a, "always"})
	}
	return all
}

// TestAuthNTLM: real clients with the settings that WinRM has from the start:
// what goes over HTTP is sealed.
func TestAuthNTLM(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true, withoutSlot: true})
	for _, l := range append(sealedLogins("negotiate", "ntlm"), login{"https", "basic", "auto"}) {
		t.Run("pypsrp "+l.String(), func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			c := s.client().over(l.scheme).authenticating(l.auth, l.encryption, nil)
			c.ran(t, "pypsrp", "run")
			got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..5; 'ü'"})
			got.completed(t)
			assert.Equal(t, append(numbers(1, 5), "ü"), got.Output)
		})
	}
	for _, l := range append(sealedLogins("ntlm"), login{"https", "basic", "auto"}) {
		t.Run("pywinrm "+l.String(), func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			c := s.client().over(l.scheme).authenticating(l.auth, l.encryption, nil)
			c.ran(t, "pywinrm", "exit code and stderr")
			pywinrmExitCode(t, c)
			if l.encryption != "never" {
				pywinrmLongOutput(t, c)
			}
		})
	}
}

// TestAuthSealedTraffic is what sealing must stand: much in both directions,
// several answers to one session, and waiting.
func TestAuthSealedTraffic(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true, withoutSlot: true})
	c := s.client().authenticating("ntlm", "always", nil)
	for name, check := range map[string]func(*testing.T, client){
		"large input":       pypsrpInput,
		"host calls":        pypsrpHost,
		"streams":           pypsrpStreams,
		"small envelopes":   pypsrpSmallEnvelope,
		"operation timeout": pypsrpOperationTimeout,
		"fault":             pypsrpUnknownConfiguration,
		"winrs input":       pywinrmInput,
		"winrs time-out":    pywinrmOperationTimeout,
		"winrs faults":      pywinrmUnknownIDs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			check(t, c)
		})
	}
	t.Run("large output", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..200 | ForEach-Object { 'x' * 50000 }"})
		got.completed(t)
		require.Len(t, got.Output, 200)
		for _, line := range got.Output {
			require.Len(t, line, 50000)
		}
	})
}

// TestAuthNames: a session is found again whatever form of the name its owner
// uses, over another scheme and from another process.
func TestAuthNames(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	named := func(name string) client {
		c := s.client().authenticating("negotiate", "auto", nil)
		c.user = name
		return c
	}
	left := named("alice").leave(t, args{"scripts": []string{"1..3", "1..3", "1..3"}})
	require.Len(t, left.Pools, 3)
	for i, c := range []client{
		named(`ELSEWHERE\ALICE`), named("alice@example.org"),
		s.client().over("https").authenticating("basic", "auto", nil),
	} {
		one := left
		one.Pools = left.Pools[i : i+1]
		got := c.comeBack(t, one, args{"busy_seconds": 5, "after": "'after'"})
		require.Len(t, got.Pools, 1)
		require.Len(t, got.Pools[0].Pipelines, 1)
		assert.Equal(t, numbers(1, 3), got.Pools[0].Pipelines[0].Output)
		assert.Equal(t, []any{"after"}, got.Pools[0].After)
	}
}

// TestAuthRefused: what clients show of what they may not do.
func TestAuthRefused(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	s.addUserWithout(t, "carol")
	for _, scheme := range bothSchemes {
		c := s.client().over(scheme).authenticating("ntlm", "auto", nil)
		for name, who := range map[string]client{
			"wrong password": c.withPassword("wrong"), "unknown user": c.as("nobody"), "without NT hash": c.as("carol"),
		} {
			got := who.fails(t, "psrp_invoke.py", args{"script": "1"})
			assert.Equal(t, "AuthenticationError", got.Type, "%s over %s: %s", name, scheme, got.Text)
			got = who.fails(t, "winrs_run.py", args{"command": "true"})
			assert.Equal(t, "InvalidCredentialsError", got.Type, "%s over %s: %s", name, scheme, got.Text)
		}
	}
	clear := s.client().authenticating("ntlm", "never", nil)
	got := clear.fails(t, "psrp_invoke.py", args{"script": "1"})
	assert.Equal(t, pypsrpFault, got.Type)
	assert.EqualValues(t, 5, got.Code)
	assert.Contains(t, got.Text, "AllowUnencrypted")
	got = clear.fails(t, "winrs_run.py", args{"command": "true"})
	assert.EqualValues(t, 5, got.Code, got.Text)

	basic := s.client().authenticating("basic", "never", nil)
	assert.Equal(t, "AuthenticationError", basic.fails(t, "psrp_invoke.py", args{"script": "1"}).Type)
}

// TestAuthAllowUnencrypted: then messages in clear are taken, and sealed ones
// still.
func TestAuthAllowUnencrypted(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	for _, encryption := range []string{"never", "always"} {
		pywinrmExitCode(t, s.client().authenticating("ntlm", encryption, nil))
		got := run[invocation](t, s.client().authenticating("negotiate", encryption, nil), "psrp_invoke.py", args{"script": "1..5"})
		got.completed(t)
		assert.Equal(t, numbers(1, 5), got.Output)
	}
}

// TestAuthSchemes: --auth says which schemes there are, and winrmd.toml where it
// does not.
func TestAuthSchemes(t *testing.T) {
	t.Parallel()
	try := func(t *testing.T, s *server, scheme, auth string) string {
		t.Helper()
		c := s.client().over(scheme).authenticating(auth, "auto", nil)
		p := c.begin(t, "login.py", nil)
		if failure := exception(t, p.result(t)); failure != nil {
			return failure.Type
		}
		return ""
	}
	t.Run("negotiate only", func(t *testing.T) {
		s := start(t, setup{encryptedOnly: true, arguments: []string{"--auth", "negotiate"}})
		assert.Empty(t, try(t, s, "http", "ntlm"))
		assert.Empty(t, try(t, s, "https", "negotiate"))
		assert.Equal(t, "AuthenticationError", try(t, s, "https", "basic"))
	})
	t.Run("basic only", func(t *testing.T) {
		s := start(t, setup{encryptedOnly: true, settings: "[Auth]\nNegotiate = false\n"})
		assert.Equal(t, "AuthenticationError", try(t, s, "http", "ntlm"))
		assert.Empty(t, try(t, s, "https", "basic"))
	})
	t.Run("what is not there", func(t *testing.T) {
		s := start(t, setup{encryptedOnly: true})
		for list, want := range map[string]string{
			"digest":             `"digest" is none of basic, negotiate`,
			"negotiate,kerberos": "--auth kerberos needs a keytab",
		} {
			output := s.refuses(t, "serve", "--state", stateDirectory(t), "--auth", list)
			assert.Contains(t, output, want)
		}
	})
}

// TestAuthChannelBinding: with a server in between that ends TLS and passes
// everything on, as an attacker's would.
func TestAuthChannelBinding(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]map[string]bool{
		// Who is let in: straight with a binding, straight without, through the
		// server in between with a binding, and without.
		"Relaxed": {"straight": true, "straight without": true, "between": false, "between without": true},
		"Strict":  {"straight": true, "straight without": false, "between": false, "between without": false},
		"None":    {"straight": true, "straight without": true, "between": true, "between without": true},
	} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			s := start(t, setup{encryptedOnly: true, settings: "[Auth]\nCbtHardeningLevel = '" + level + "'\n"})
			s.addresses["between"] = startBetween(t, s.addresses["https"])
			for name, allowed := range want {
				options := args{"negotiate_send_cbt": !strings.HasSuffix(name, "without")}
				c := s.client().over("https").authenticating("ntlm", "auto", options)
				if strings.HasPrefix(name, "between") {
					c = c.with("WINRMD_PORT=" + portOf(t, s.addresses["between"]))
				}
				failure := exception(t, c.begin(t, "login.py", nil).result(t))
				if allowed {
					assert.Nil(t, failure, "%s: %v", name, failure)
				} else if assert.NotNil(t, failure, name) {
					assert.Equal(t, "AuthenticationError", failure.Type, name)
				}
			}
		})
	}
}
