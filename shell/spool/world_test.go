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

// open opens a spool that the test closes.
func open(t testing.TB, c spool.Config) *spool.Spool {
	t.Helper()
	s, err := spool.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// newConfig is a spool with segments of so many bytes in a new directory.
func newConfig(t testing.TB, segmentSize int64) spool.Config {
	return spool.Config{Directory: filepath.Join(t.TempDir(), "spool"), SegmentSize: segmentSize}
}

// pattern is content that differs for each n.
func pattern(n, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(n + i*7 + i>>8)
	}
	return b
}

func put(t testing.TB, s *spool.Spool, content []byte) shell.Record {
	t.Helper()
	r, err := s.Append(content)
	require.NoError(t, err)
	return r
}

// fill appends records of a size until there is no room.
func fill(t testing.TB, s *spool.Spool, size int) []shell.Record {
	t.Helper()
	var all []shell.Record
	for {
		r, err := s.Append(pattern(len(all), size))
		if err != nil {
			require.ErrorIs(t, err, shell.ErrSpoolFull)
			return all
		}
		all = append(all, r)
	}
}

// checkFilled reads what fill wrote.
func checkFilled(t testing.TB, all []shell.Record) {
	t.Helper()
	for i, r := range all {
		content, err := r.Read()
		require.NoError(t, err)
		require.Equal(t, pattern(i, r.Size()), content)
	}
}

func find(t testing.TB, s *spool.Spool, ref string) shell.Record {
	t.Helper()
	r, err := s.Find(ref)
	require.NoError(t, err)
	return r
}

func free(all ...shell.Record) {
	for _, r := range all {
		r.Free()
	}
}

// files are the names in a directory, without those of empty files.
func files(t testing.TB, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		if info.Size() > 0 {
			names = append(names, entry.Name())
		}
	}
	return names
}

func size(t testing.TB, directory string) int64 {
	t.Helper()
	n, err := spool.Size(directory)
	require.NoError(t, err)
	return n
}
