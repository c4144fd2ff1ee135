package spool_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// TestAllowance: a spool becomes as large as another process says, waits a moment
// for more, and does not wait at every record where it was refused.
func TestAllowance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConfig(t, twoRecords)
		c.Allowance = filepath.Join(t.TempDir(), "allowance")
		s, err := spool.Open(c)
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		took := func(content []byte) (time.Duration, error) {
			began := time.Now()
			_, err := s.Append(content)
			return time.Since(began), err
		}
		_, err = took(pattern(0, 100))
		require.ErrorIs(t, err, shell.ErrSpoolFull, "nobody has said anything")
		require.ErrorIs(t, err, os.ErrNotExist)

		require.NoError(t, spool.WriteAllowance(c.Allowance, 2*twoRecords+1))
		for i := range 4 {
			waited, err := took(pattern(i, 100))
			require.NoError(t, err)
			assert.Zero(t, waited)
		}
		assert.EqualValues(t, 2*twoRecords, size(t, c.Directory))

		go func() {
			time.Sleep(spool.CountInterval)
			assert.NoError(t, spool.WriteAllowance(c.Allowance, 3*twoRecords))
		}()
		waited, err := took(pattern(4, 100))
		require.NoError(t, err)
		assert.LessOrEqual(t, waited, spool.CountInterval+100*time.Millisecond)
		_, err = took(pattern(5, 100))
		require.NoError(t, err)

		waited, err = took(pattern(6, 100))
		require.ErrorIs(t, err, shell.ErrSpoolFull)
		assert.Greater(t, waited, 2*spool.CountInterval, "whoever counts has looked meanwhile")
		waited, err = took(pattern(6, 100))
		require.ErrorIs(t, err, shell.ErrSpoolFull)
		assert.Zero(t, waited)
		assert.EqualValues(t, 3*twoRecords, size(t, c.Directory))
		require.NoError(t, spool.WriteAllowance(c.Allowance, 4*twoRecords))
		waited, err = took(pattern(6, 100))
		require.NoError(t, err)
		assert.Zero(t, waited)
		require.NoError(t, spool.WriteAllowance(c.Allowance, 0))
		_, err = took(pattern(7, 100))
		require.NoError(t, err, "what was begun is used")
	})
}

func TestReadAllowance(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "allowance")
	for _, n := range []int64{0, 1, 1<<63 - 1} {
		require.NoError(t, spool.WriteAllowance(path, n))
		got, err := spool.ReadAllowance(path)
		require.NoError(t, err)
		assert.Equal(t, n, got)
	}
	for _, text := range []string{"", "\n", "-1\n", "x", "9223372036854775808", "1 2"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := spool.ReadAllowance(path)
		assert.Error(t, err, "%q", text)
	}
	c := newConfig(t, twoRecords)
	c.Allowance, c.TotalDirectory, c.TotalLimit = path, filepath.Dir(filepath.Dir(c.Directory)), 1
	_, err := spool.Open(c)
	assert.ErrorContains(t, err, "allowance")
}

// TestSizeIn: what leads out of a directory is not counted, nor what is too much.
func TestSizeIn(t *testing.T) {
	t.Parallel()
	c := newConfig(t, twoRecords)
	s := open(t, c)
	put(t, s, pattern(0, 100))
	parent := t.TempDir()
	root, err := os.OpenRoot(parent)
	require.NoError(t, err)
	defer root.Close()
	got, err := spool.SizeIn(root, "spool")
	require.NoError(t, err)
	assert.Zero(t, got, "there is none")
	within, err := os.OpenRoot(filepath.Dir(c.Directory))
	require.NoError(t, err)
	defer within.Close()
	got, err = spool.SizeIn(within, filepath.Base(c.Directory))
	require.NoError(t, err)
	assert.EqualValues(t, twoRecords, got)
	if err := os.Symlink(c.Directory, filepath.Join(parent, "spool")); err == nil { // Windows may not let it
		_, err = spool.SizeIn(root, "spool")
		assert.Error(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(parent, "file"), nil, 0o600))
	_, err = spool.SizeIn(root, "file")
	assert.Error(t, err)
}
