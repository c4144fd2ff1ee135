package users

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// MS-NLMP 4.2.2.1.2 has the hash of "Password".
const passwordNTHash = "a4f49c406510bdcab6824ee7c30fd852"

func TestNTHashOfPublishedVectors(t *testing.T) {
	for password, want := range map[string]string{
		"Password": passwordNTHash,
		"":         "31d6cfe0d16ae931b73c59d7e0c089c0", // what every Windows has for no password
		"😀":        newNTHash("\U0001F600").encode(),
	} {
		assert.Equal(t, want, newNTHash(password).encode())
	}
	assert.NotEqual(t, newNTHash("\U0001F600"), newNTHash("\uFFFD"), "beyond the first 65,536 code points")
}

func TestNTHashIsKeptOnlyIfAskedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.toml")
	f := Open(path)
	_, err := f.Add("Alice", "Password", WithNTHash())
	require.NoError(t, err)
	_, err = f.Add("bob", "Password")
	require.NoError(t, err)

	for _, name := range []string{"Alice", "ALICE", `.\alice`} {
		hash, canonical, ok := f.NTHash(name)
		require.True(t, ok, name)
		assert.Equal(t, passwordNTHash, hex.EncodeToString(hash[:]))
		assert.Equal(t, "Alice", canonical)
	}
	found, ok, err := f.LookUpNT("alice")
	require.NoError(t, err)
	require.True(t, ok)
	generation, _ := f.Generation("alice")
	assert.Equal(t, generation, found.Credential)
	for _, name := range []string{"bob", "nobody", "", "alice@REALM", `ELSEWHERE\alice`} {
		_, _, ok := f.NTHash(name)
		assert.False(t, ok, name)
	}
	user, _, err := f.Verify(t.Context(), "alice", "Password")
	require.NoError(t, err)
	assert.Equal(t, User{Name: "Alice", NTLM: true}, user)
	list, err := f.List()
	require.NoError(t, err)
	assert.Equal(t, []User{{Name: "Alice", NTLM: true}, {Name: "bob"}}, list)

	replaced, err := f.Add("ALICE", "Password")
	require.NoError(t, err)
	assert.True(t, replaced)
	_, _, ok = f.NTHash("alice")
	assert.False(t, ok, "it goes with the next password that is set without it")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(content), passwordNTHash)
	assert.Contains(t, string(content), "as good as the password")
}

func TestGenerationChangesWithTheNTHash(t *testing.T) {
	f, path := cheapFile(t)
	before, ok := f.Generation("alice")
	require.True(t, ok)
	write(t, path, record{Name: "Alice", Password: referenceHash, NTHash: passwordNTHash})
	with, ok := f.Generation("alice")
	require.True(t, ok)
	assert.NotEqual(t, before, with)
	write(t, path, record{Name: "Alice", Password: referenceHash})
	without, ok := f.Generation("alice")
	require.True(t, ok)
	assert.Equal(t, before, without, "and a file from before NT hashes has the same as ever")
}

func TestLookUpNTOfAFileThatCannotBeUsed(t *testing.T) {
	f, path := cheapFile(t)
	for name, hash := range map[string]string{
		"clear text": "hunter2", "short": passwordNTHash[1:], "long": passwordNTHash + "0",
		"capitals": "A4F49C406510BDCAB6824EE7C30FD852", "no digits": "x4f49c406510bdcab6824ee7c30fd852",
	} {
		t.Run(name, func(t *testing.T) {
			content := fmt.Sprintf("[[User]]\nName = \"alice\"\nPassword = %q\nNTHash = %q\n", referenceHash, hash)
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			_, ok, err := f.LookUpNT("alice")
			assert.False(t, ok)
			require.ErrorContains(t, err, "User 1 (alice): not an NT hash")
			assert.NotContains(t, err.Error(), hash)
			_, _, ok = f.NTHash("alice")
			assert.False(t, ok)
		})
	}
}

func TestNTHashIsNotPrinted(t *testing.T) {
	h := newNTHash("Password")
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		assert.Equal(t, "(NT hash)", fmt.Sprintf(verb, h))
	}
}
