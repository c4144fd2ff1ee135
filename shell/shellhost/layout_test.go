package shellhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckDirectory(t *testing.T) {
	const most = maxSocketPath - len("/00000000-0000-0000-0000-000000000000/") - len(socketName)
	for _, c := range []struct {
		length int
		excess string
	}{{2, ""}, {most, ""}, {most + 1, "1 characters too long"}, {most + 100, "100 characters too long"}} {
		directory := "/" + strings.Repeat("x", c.length-1)
		err := CheckDirectory(directory)
		if c.excess == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.excess)
		require.ErrorContains(t, err, directory)
	}
	require.NoError(t, CheckDirectory("/"+strings.Repeat("x", most-1)+"//."), "it is the path that counts, not how it is written")
}

// TestLongestSocket: what CheckDirectory lets pass has room for a socket.
func TestLongestSocket(t *testing.T) {
	directory := shortDirectory(t)
	rest := maxSocketPath - len(filepath.Join(directory, newID(), socketName)) - 1
	directory = filepath.Join(directory, strings.Repeat("x", rest))
	require.NoError(t, CheckDirectory(directory))
	require.Error(t, CheckDirectory(directory+"x"))
	own := filepath.Join(directory, newID())
	require.NoError(t, os.MkdirAll(own, 0o700))
	l, err := ListenPrivate(filepath.Join(own, socketName))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}

func TestIsShellID(t *testing.T) {
	id := newID()
	assert.True(t, isShellID(id))
	for _, name := range []string{
		"", ".", "..", strings.ToLower(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""),
		id[:35], id + "0", id[:35] + "G", "../" + id, id[:8] + "/" + id[9:],
	} {
		assert.False(t, isShellID(name), name)
	}
}

func TestReadRecord(t *testing.T) {
	directory := t.TempDir()
	_, err := readRecord(directory)
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(directory, recordName)
	for text, want := range map[string]string{
		"":       path,
		"x":      path,
		"[]":     path,
		"null":   "names no configuration",
		"{}":     "names no configuration",
		`{"a":1`: path,
		`{"Configuration":{},"User":"` + strings.Repeat("x", maxRecord) + `"}`: "more than",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		rec, err := readRecord(directory)
		require.ErrorContains(t, err, want)
		assert.Nil(t, rec)
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"Configuration":{},"Directory":"/elsewhere","PID":7,"Newer":{"x":1}}`), 0o600))
	rec, err := readRecord(directory)
	require.NoError(t, err)
	assert.Equal(t, directory, rec.Directory)
	assert.Equal(t, 7, rec.PID)
}

// TestWriteRecord replaces what is there, all or nothing.
func TestWriteRecord(t *testing.T) {
	directory := t.TempDir()
	rec := &record{Start: Start{Directory: directory, Configuration: configuration()}, PID: 7}
	require.NoError(t, rec.write())
	rec.PID = 8
	require.NoError(t, rec.write())
	again, err := readRecord(directory)
	require.NoError(t, err)
	assert.Equal(t, 8, again.PID)
	rec.Directory = filepath.Join(directory, "missing")
	require.ErrorIs(t, rec.write(), os.ErrNotExist)
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
