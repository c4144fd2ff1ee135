package spool_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// TestProcessKilled: what a killed process has appended is there.
func TestProcessKilled(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 3000)
	o := startOther(t, c)
	refs := o.refs()
	require.Len(t, refs, otherRecords)
	o.kill()

	s := open(t, c)
	for i, ref := range refs {
		content, err := find(t, s, ref).Read()
		require.NoError(t, err)
		assert.Equal(t, otherContent(i), content)
		assert.Equal(t, ref, find(t, s, ref).Ref())
	}
}

// abandon opens a spool, writes records 0 to n-1, two in a segment, and does
// what a crash leaves: nothing is closed before the test ends.
func abandon(t *testing.T, c spool.Config, n int) []string {
	t.Helper()
	s, err := spool.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Leave()) })
	var refs []string
	for i := range n {
		refs = append(refs, put(t, s, pattern(i, 100)).Ref())
	}
	return refs
}

const twoRecords = 2 * (100 + spool.HeaderSize)

// TestSweep: segments from before stay until it is known what is wanted.
func TestSweep(t *testing.T) {
	t.Parallel()
	c := newConfig(t, twoRecords)
	refs := abandon(t, c, 7)
	s := open(t, c)
	wanted := find(t, s, refs[2])
	find(t, s, refs[0]).Free()
	s.Settle()
	all := []string{"00000001.segment", "00000002.segment", "00000003.segment", "00000004.segment"}
	require.Equal(t, all, files(t, c.Directory))
	second := find(t, s, refs[1])
	content, err := second.Read()
	require.NoError(t, err)
	assert.Equal(t, pattern(1, 100), content)

	s.Sweep()
	s.Settle()
	assert.Equal(t, all[:2], files(t, c.Directory))
	assert.FileExists(t, filepath.Join(c.Directory, all[3]), "the newest stays for its number")
	second.Free()
	s.Settle()
	assert.Equal(t, all[1:2], files(t, c.Directory))
	added := put(t, s, pattern(9, 100))
	assert.Equal(t, "5:0:100", added.Ref())
	free(wanted, added)
	s.Settle()
	assert.Empty(t, files(t, c.Directory))
	assert.NoFileExists(t, filepath.Join(c.Directory, all[3]))
}

// TestNumbersAreNotUsedTwice: a ref that was saved before a record was freed
// finds nothing later, least of all another record of the same size.
func TestNumbersAreNotUsedTwice(t *testing.T) {
	t.Parallel()
	c := newConfig(t, twoRecords)
	stale := abandon(t, c, 1)[0]
	for range 3 {
		s, err := spool.Open(c)
		require.NoError(t, err)
		s.Sweep()
		s.Settle()
		require.NoError(t, s.Leave())
	}
	s := open(t, c)
	assert.NotEqual(t, stale, put(t, s, pattern(7, 100)).Ref())
	_, err := s.Find(stale)
	var corrupt *spool.CorruptError
	require.ErrorAs(t, err, &corrupt)
	assert.Equal(t, filepath.Join(c.Directory, "00000001.segment"), corrupt.File)
}

// TestLimitAfterRecovery: what was there before counts, and gives room when it
// goes.
func TestLimitAfterRecovery(t *testing.T) {
	t.Parallel()
	c := newConfig(t, twoRecords)
	c.Limit = 2 * twoRecords
	refs := abandon(t, c, 4)
	s := open(t, c)
	_, err := s.Append(pattern(0, 100))
	require.ErrorIs(t, err, shell.ErrSpoolFull)
	kept := find(t, s, refs[0])
	s.Sweep()
	all := fill(t, s, 100)
	assert.Len(t, all, 2)
	content, err := kept.Read()
	require.NoError(t, err)
	assert.Equal(t, pattern(0, 100), content)
	assert.LessOrEqual(t, size(t, c.Directory), c.Limit)
}

// TestFilesOfOthers are not touched before Close.
func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	c := newConfig(t, 0)
	require.NoError(t, os.Mkdir(c.Directory, 0o700))
	foreign := filepath.Join(c.Directory, "1.segment")
	require.NoError(t, os.WriteFile(foreign, []byte("x"), 0o600))
	s := open(t, c)
	s.Sweep()
	put(t, s, []byte("x")).Free()
	s.Settle()
	assert.FileExists(t, foreign)
	require.NoError(t, s.Close())
	assert.NoDirExists(t, c.Directory)
}
