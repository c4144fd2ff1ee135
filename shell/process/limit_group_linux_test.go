package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestIsScope(t *testing.T) {
	t.Parallel()
	for directory, want := range map[string]bool{
		"winrmd-A": true, "winrmd-A.scope": true, "winrmd-a_b-C1": true,
		"winrmd-": false, "winrmd-.scope": false, "winrmd": false, "A.scope": false, "": false,
		"winrmd-A.service": false, "winrmd-A.slice": false, "winrmd-A.scope.scope": false, "winrmd-A.scope.d": false, "winrmd-A.b.scope": false,
		"winrmd-" + strings.Repeat("a", 242): true, "winrmd-" + strings.Repeat("a", 243): false,
	} {
		assert.Equal(t, want, isScope(directory), directory)
	}
}

// TestUnitsAsScopes: paths of systemd's units.
func TestUnitsAsScopes(t *testing.T) {
	t.Parallel()
	const slice = "/winrmd.slice/winrmd-1001.slice"
	for path, want := range map[string]string{
		slice + "/winrmd-A.scope":          slice,
		slice + "/winrmd-A.scope/programs": slice,
		slice:                              slice,
	} {
		assert.Equal(t, want, parentOfScopes(path), path)
	}
	outer := filepath.Join("/sys/fs/cgroup", slice, "winrmd-A.scope")
	assert.Equal(t, outer, (&Scope{path: filepath.Join(outer, innerScope)}).OuterPath())
	assert.Equal(t, outer, (&Scope{path: outer}).OuterPath())
}

func TestGroupOf(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	parent := filepath.Join(root, "system.slice", "winrmd.service")
	unit := filepath.Join(root, "winrmd.slice", "winrmd-1001.slice", "winrmd-A.scope")
	own := filepath.Join(parent, "winrmd-B")
	for _, dir := range []string{unit, own, filepath.Join(root, "winrmd.slice", "other.slice", "winrmd-C.scope")} {
		require.NoError(t, os.MkdirAll(dir, 0o755))
	}
	found, ok := unitIn(root, "A")
	assert.True(t, ok)
	assert.Equal(t, unit, found)
	for _, name := range []string{"B", "C", "a"} {
		_, ok = unitIn(root, name)
		assert.False(t, ok, name)
	}

	outside := place{parent: parent, unified: true}
	assert.Equal(t, own, outside.groupOf("B"))
	assert.Equal(t, filepath.Join(parent, "winrmd-D"), outside.groupOf("D"), "where it would be")
	inside := place{parent: filepath.Dir(unit), unified: true}
	assert.Equal(t, unit, inside.groupOf("A"), "as who is in it sees it")
	inside.unified = false
	assert.Equal(t, filepath.Join(filepath.Dir(unit), "winrmd-A"), inside.groupOf("A"), "cgroup v1 has no units")
}

// TestUnitsAreSystemds: the group of a unit is waited for, and not removed.
func TestUnitsAreSystemds(t *testing.T) {
	t.Parallel()
	unit := filepath.Join(t.TempDir(), "winrmd-A.scope")
	require.NoError(t, os.Mkdir(unit, 0o755))
	root, err := os.OpenRoot(unit)
	require.NoError(t, err)
	dir, err := root.Open(".")
	require.NoError(t, err)
	s := &Scope{path: unit, root: root, dir: dir}
	defer s.Close()
	require.ErrorIs(t, s.remove(), unix.EBUSY)
	require.ErrorIs(t, removeGroup(unit), unix.EBUSY)
	require.DirExists(t, unit)
	require.NoError(t, os.Remove(unit))
	require.NoError(t, s.remove())
	require.NoError(t, removeGroup(unit))
}
