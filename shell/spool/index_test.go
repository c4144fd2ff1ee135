package spool_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/spool"
)

func load(t *testing.T, s *spool.Spool) string {
	t.Helper()
	content, err := s.LoadIndex()
	require.NoError(t, err)
	return string(content)
}

func TestIndex(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 0)
	s := open(t, c)
	content, err := s.LoadIndex()
	require.NoError(t, err)
	assert.Nil(t, content)
	require.NoError(t, s.SaveIndex(nil), "there is nothing to remove")

	for _, text := range []string{"a longer first one", "short", string(pattern(0, 1<<20))} {
		require.NoError(t, s.SaveIndex([]byte(text)))
		assert.Equal(t, text, load(t, s))
	}
	assert.Zero(t, size(t, c.Directory), "it does not count")
	require.NoError(t, s.SaveIndex([]byte("stays")))
	require.NoError(t, s.Leave())

	// A process that died while it replaced the index.
	half := filepath.Join(c.Directory, "index.new")
	require.NoError(t, os.WriteFile(half, []byte("half"), 0o600))
	s = open(t, c)
	assert.NoFileExists(t, half)
	assert.Equal(t, "stays", load(t, s))
	require.NoError(t, s.SaveIndex([]byte{}))
	assert.NoFileExists(t, filepath.Join(c.Directory, "index"))
	assert.Empty(t, load(t, s))
}

// TestDamagedIndex: a change of any byte is noticed, also if there are more or
// fewer of them.
func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 0)
	s := open(t, c)
	require.NoError(t, s.SaveIndex([]byte("content")))
	file := filepath.Join(c.Directory, "index")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	check := func(bad []byte) {
		require.NoError(t, os.WriteFile(file, bad, 0o600))
		_, err := s.LoadIndex()
		requireCorrupt(t, err, file, 0)
	}
	for at := range whole {
		for _, damage := range damages {
			bad := append([]byte(nil), whole...)
			bad[at] = damage(bad[at])
			check(bad)
		}
		check(whole[:at])
	}
	check(append(whole, 0))
	require.NoError(t, s.SaveIndex([]byte("new")))
	assert.Equal(t, "new", load(t, s))
}

// TestIndexThatCannotBeSaved: the one before stays.
func TestIndexThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 0)
	s := open(t, c)
	require.NoError(t, s.SaveIndex([]byte("before")))
	require.NoError(t, os.Mkdir(filepath.Join(c.Directory, "index.new"), 0o700))
	require.Error(t, s.SaveIndex([]byte("after")))
	assert.Equal(t, "before", load(t, s))
}
