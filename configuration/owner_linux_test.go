package configuration

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOwner: what the superuser writes in the directory of another account is
// that account's, but nothing that the account has put there for it.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("CI") != "true" {
		t.Skip("needs root, to write for somebody else")
	}
	t.Parallel()
	directory := t.TempDir()
	require.NoError(t, os.Chown(directory, 65534, 65533))
	path := filepath.Join(directory, "users.toml")
	require.NoError(t, WriteFile(path, []byte("x"), 0o600))
	info, err := os.Stat(path)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	assert.Equal(t, []uint32{65534, 65533}, []uint32{owner.Uid, owner.Gid})
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	lock, err := lockFile(filepath.Join(directory, ".lock"))
	require.NoError(t, err)
	defer lock.Close()
	info, err = lock.Stat()
	require.NoError(t, err)
	assert.EqualValues(t, 65534, info.Sys().(*syscall.Stat_t).Uid)

	foreign := filepath.Join(t.TempDir(), "foreign")
	require.NoError(t, os.WriteFile(foreign, nil, 0o600))
	require.NoError(t, os.Symlink(foreign, filepath.Join(directory, "link")))
	_, err = lockFile(filepath.Join(directory, "link"))
	require.ErrorIs(t, err, syscall.ELOOP)
	require.NoError(t, os.Link(foreign, filepath.Join(directory, "name")))
	_, err = lockFile(filepath.Join(directory, "name"))
	require.ErrorContains(t, err, "no file of its own")
	info, err = os.Stat(foreign)
	require.NoError(t, err)
	assert.Zero(t, info.Sys().(*syscall.Stat_t).Uid)
}
