package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// user runs a command on users.
func user(t *testing.T, dir string, arguments ...string) (stdout, stderr string, err error) {
	t.Helper()
	return run(t, dir, "secret\n", append([]string{"user", arguments[0], "--state", dir}, arguments[1:]...)...)
}

func TestUserAccount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	listed := func() []listedUser {
		stdout, _, err := user(t, dir, "list", "--output", "json")
		require.NoError(t, err)
		var rows []listedUser
		require.NoError(t, json.Unmarshal([]byte(stdout), &rows))
		return rows
	}
	_, stderr, err := user(t, dir, "add", "ann-of-no-account", "--password-stdin", "--ntlm=false")
	require.NoError(t, err)
	assert.Equal(t, "warning: without a local account: ann-of-no-account: "+sharedAccount+"\n", stderr)
	_, stderr, err = user(t, dir, "add", "bob", "--password-stdin", "--ntlm=false", "--account", "no-such-account")
	require.NoError(t, err)
	assert.Equal(t, "warning: user bob: there is no account no-such-account on this machine\n", stderr)
	assert.Equal(t, []listedUser{
		{Name: "ann-of-no-account"},
		{Name: "bob", Account: "no-such-account", Problem: "there is no account no-such-account on this machine"},
	}, listed())

	// What is warned of changes with the setting.
	writeFiles(t, dir, map[string]string{"winrmd.toml": "RequireLocalAccount = true\n"})
	_, stderr, err = user(t, dir, "set", "BOB", "--account", "")
	require.NoError(t, err)
	assert.Equal(t, "warning: without a local account: bob: "+noAccountHere+"\n", stderr)
	assert.Equal(t, listedUser{Name: "bob"}, listed()[1])

	_, _, err = user(t, dir, "set", "bob")
	require.ErrorContains(t, err, "--account")
	_, _, err = user(t, dir, "set", "eve", "--account", "x")
	require.ErrorContains(t, err, "eve")
	_, _, err = user(t, dir, "set", "bob", "--account", "0")
	require.ErrorContains(t, err, `"0" is a number`)
	_, _, err = user(t, dir, "add", "carol", "--password-stdin", "--account", "a:b")
	require.Error(t, err)
	assert.Len(t, listed(), 2)

	stdout, _, err := user(t, dir, "list")
	require.NoError(t, err)
	assert.Equal(t, "NAME               ACCOUNT  NTLM   PROBLEM\nann-of-no-account  -        false  -\nbob                -        false  -\n", stdout)
}

// TestUserAccountSuperuser: whoever asks is warned.
func TestUserAccountSuperuser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, stderr, err := user(t, dir, "add", "ann", "--password-stdin", "--account", "root")
	require.NoError(t, err)
	assert.Contains(t, stderr, "superuser")
}

func TestConfigValidateAccounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"zoe-1", "zoe-2"} {
		_, _, err := user(t, dir, "add", name, "--password-stdin")
		require.NoError(t, err)
	}
	writeFiles(t, dir, map[string]string{"configurations/A.toml": "EnginePath = '" + anEngine(t) + "'\nRunAsUser = 'no-such-account'\n"})
	_, stderr, err := run(t, dir, "", "config", "validate", "--state", dir)
	require.NoError(t, err)
	assert.Contains(t, stderr, "users.toml: without a local account: zoe-1, zoe-2: "+sharedAccount)
	assert.Contains(t, stderr, "A.toml: RunAsUser: there is no account no-such-account on this machine")

	_, stderr, err = run(t, dir, "", "configuration", "set", "--state", dir, "A", "--run-as-credential", "no-such-one")
	require.NoError(t, err)
	assert.Contains(t, stderr, "RunAsUser: there is no account no-such-one")
}

func TestWithoutAccountNamesSome(t *testing.T) {
	t.Parallel()
	names := make([]string, shownUsers+3)
	for i := range names {
		names[i] = "u"
	}
	store := testDaemon(t, "").settings.Service()
	assert.Contains(t, withoutAccount(&store, names).Error(), "u, u and 3 more: ")
}
