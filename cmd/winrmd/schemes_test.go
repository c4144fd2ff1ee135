package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/users"
)

func TestCheckSchemes(t *testing.T) {
	require.NoError(t, checkSchemes(nil))
	require.NoError(t, checkSchemes(schemeNames))
	require.ErrorContains(t, checkSchemes([]string{"basic", "Negotiate"}), `"Negotiate" is none of basic, negotiate`)
}

// TestEnabled: the command line says which schemes there are; where it does
// not, the settings do.
func TestEnabled(t *testing.T) {
	for name, test := range map[string]struct {
		auth     []string
		settings string
		want     []string
	}{
		"from the start":  {nil, "", []string{"basic", "negotiate"}}, // kerberos needs a keytab
		"settings":        {nil, "[Auth]\nBasic = false\nCredSSP = true\n", []string{"negotiate", "credssp"}},
		"command line":    {[]string{"credssp", "basic"}, "[Auth]\nBasic = false\n", []string{"basic", "credssp"}},
		"nothing, by far": {nil, "[Auth]\nBasic = false\nNegotiate = false\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := testDaemon(t, test.settings)
			d.options.auth = test.auth
			var got []string
			for _, scheme := range schemeNames {
				if d.enabled(scheme) {
					got = append(got, scheme)
				}
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// testDaemon has settings and a users file, and nothing else.
func testDaemon(t *testing.T, text string) *daemon {
	t.Helper()
	dir := t.TempDir()
	if text != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "winrmd.toml"), []byte(text), 0o600))
	}
	store, err := configuration.Open(dir, newLogger(false))
	require.NoError(t, err)
	return &daemon{settings: &settings{store: store}, users: users.Open(filepath.Join(dir, usersFile))}
}

// TestAccountNames: whatever form of the name a client uses, it is one user.
func TestAccountNames(t *testing.T) {
	d := testDaemon(t, "Administrators = ['alice']\n")
	_, err := d.users.Add("Alice", "secret", users.WithNTHash())
	require.NoError(t, err)
	_, err = d.users.Add("Bob", "secret")
	require.NoError(t, err)
	a := &accounts{file: d.users, settings: d.settings}
	for _, c := range []struct{ user, domain string }{
		{"alice", ""}, {"ALICE", "."}, {"Alice", "ELSEWHERE"}, {`ELSEWHERE\alice`, ""}, {"alice@example.org", ""}, {"alice", "example.org"},
	} {
		_, identity, ok, err := a.NTHash(t.Context(), c.user, c.domain)
		require.NoError(t, err)
		require.True(t, ok, c)
		assert.Equal(t, "Alice", identity.Name)
		assert.Equal(t, []string{"Administrators"}, identity.Groups)
		generation, _ := a.Generation("Alice")
		assert.Equal(t, generation, identity.Generation)
	}
	for _, user := range []string{"bob", "nobody", "", "alice@", "@alice"} {
		_, _, ok, err := a.NTHash(t.Context(), user, "")
		require.NoError(t, err)
		assert.Equal(t, user == "alice@", ok, user) // Windows writes an empty realm too
	}

	identity, ok, err := a.Principal(t.Context(), "bob", "EXAMPLE.ORG", true)
	require.NoError(t, err)
	require.True(t, ok, "a ticket needs no NT hash")
	assert.Equal(t, "Bob", identity.Name)
	for _, name := range []string{"nobody", "bob/admin", `bob\@x`} {
		_, ok, err = a.Principal(t.Context(), name, "EXAMPLE.ORG", true)
		require.NoError(t, err)
		assert.False(t, ok, name)
	}
	_, ok, err = a.Principal(t.Context(), "bob", "ELSEWHERE.ORG", false)
	require.NoError(t, err)
	assert.False(t, ok, "another realm's bob")
}

func TestHandedOverPrincipal(t *testing.T) {
	for _, c := range []struct{ domain, user, name, realm string }{
		{"", "alice", "alice", "OWN.TEST"},
		{"", "alice@corp.example", "alice", "CORP.EXAMPLE"},
		{"corp.example", "alice", "alice", "CORP.EXAMPLE"},
		{"CORP", "alice", "alice", "OWN.TEST"},
		{".", "alice", "alice", "OWN.TEST"},
	} {
		name, realm := (&handedOver{domain: c.domain, user: c.user}).principal("OWN.TEST")
		assert.Equal(t, c.name, name)
		assert.Equal(t, c.realm, realm)
	}
}
