package users

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "users.toml")
	f := Open(path)
	_, err := f.Add("Ann", "one", WithAccount("deploy"))
	require.NoError(t, err)
	_, err = f.Add("bob", "two")
	require.NoError(t, err)
	account := func(name string) string {
		user, _, ok, err := f.Find(name)
		require.NoError(t, err)
		require.True(t, ok)
		return user.Account
	}
	assert.Equal(t, "deploy", account("ann"))
	assert.Empty(t, account("bob"))
	list, err := f.List()
	require.NoError(t, err)
	assert.Equal(t, []User{{Name: "Ann", Account: "deploy"}, {Name: "bob"}}, list)

	before, ok := f.Generation("ann")
	require.True(t, ok)
	require.NoError(t, f.SetAccount("ANN", `CORP\deploy`))
	assert.Equal(t, `CORP\deploy`, account("ann"))
	after, ok := f.Generation("ann")
	require.True(t, ok)
	assert.NotEqual(t, before, after, "who is logged on has to log on again")

	_, err = f.Add("ann", "new", WithNTHash())
	require.NoError(t, err)
	assert.Equal(t, `CORP\deploy`, account("ann"), "a new password leaves the account")
	_, err = f.Add("ann", "new", WithAccount(""))
	require.NoError(t, err)
	assert.Empty(t, account("ann"))
	require.NoError(t, f.SetAccount("ann", "deploy"))
	require.NoError(t, f.SetAccount("ann", ""))
	assert.Empty(t, account("ann"))

	assert.ErrorIs(t, f.SetAccount("eve", "deploy"), ErrUnknownUser)
	for _, name := range []string{"0", "-x", "a:b", "a\nb"} {
		assert.Error(t, f.SetAccount("ann", name), "%q", name)
		_, err = f.Add("carol", "three", WithAccount(name))
		assert.Error(t, err, "%q", name)
	}
	_, ok = f.Generation("carol")
	assert.False(t, ok)
}

// TestCredentialWithoutAccount: entries from before there were accounts are the
// same credentials as then.
func TestCredentialWithoutAccount(t *testing.T) {
	t.Parallel()
	plain := record{Name: "ann", Password: referenceHash}
	with := plain
	with.Account = "ann"
	hashed := plain
	hashed.NTHash = "ann"
	assert.NotEqual(t, plain.credential(), with.credential())
	assert.NotEqual(t, hashed.credential(), with.credential())
}

func TestAccountInTheFileIsChecked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "users.toml")
	write(t, path, record{Name: "ann", Password: referenceHash, Account: "0"})
	_, err := Open(path).List()
	var wrong *configuration.FileError
	require.ErrorAs(t, err, &wrong)
	assert.ErrorContains(t, err, "User 1 (ann)")
	assert.ErrorContains(t, err, `"0" is a number`)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(content), "Account = '0'")
}
