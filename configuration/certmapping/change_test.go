package certmapping

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

func add(e Entry) func([]Entry) ([]Entry, error) {
	return func(all []Entry) ([]Entry, error) { return append(all, e), nil }
}

// TestChange: a file is made, and what stays keeps its text.
func TestChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	f := Open(path)
	ada := Entry{Subject: "*@example.com", Issuer: "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", URI: "*", Enabled: true, User: "ada"}
	require.NoError(t, f.Change(add(ada)))
	all, err := f.Entries()
	require.NoError(t, err)
	assert.Equal(t, []Entry{ada}, all)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	const head, one, two = "# of the firm\n\n", "[[Mapping]] # the first\nSubject = \"a\"\nUser = \"ada\"\n# done\n", "[[ Mapping ]]\nSubject = 'b'\nUser = 'bob'"
	write(t, path, head+one+two)
	eve := Entry{Subject: "it's \"e\"", URI: "http://x/", User: "eve"}
	require.NoError(t, f.Change(add(eve)))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(content), head+one+two+"\n[[Mapping]]\n")
	all, err = f.Entries()
	require.NoError(t, err)
	require.Len(t, all, 3)
	assert.Equal(t, eve, all[2])

	require.NoError(t, f.Change(func(all []Entry) ([]Entry, error) { return all[1:], nil }))
	content, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(content), head+two+"\n[[Mapping]]\n")

	require.NoError(t, f.Change(func([]Entry) ([]Entry, error) { return nil, nil }))
	content, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, head, string(content))
}

// TestChangeAnew: a file whose entries have no text of their own is written
// anew.
func TestChangeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	write(t, path, "Mapping = [{Subject = 'a', User = 'ada'}, {Subject = \"\"\"\n[[Mapping]]\n\"\"\", User = 'bob'}]\n")
	f := Open(path)
	require.NoError(t, f.Change(add(Entry{Subject: "c", URI: "*", User: "eve"})))
	all, err := f.Entries()
	require.NoError(t, err)
	require.Len(t, all, 3)
	assert.Equal(t, "[[Mapping]]\n", all[1].Subject)
}

// TestChangeRefused: nothing is written.
func TestChangeRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	const good = "[[Mapping]]\nSubject = \"a\"\nUser = \"ada\"\n"
	write(t, path, good)
	f := Open(path)
	var wrong *configuration.FileError
	require.ErrorAs(t, f.Change(add(Entry{Subject: "", URI: "*", User: "eve"})), &wrong)
	assert.Empty(t, wrong.File)
	no := errors.New("no")
	require.ErrorIs(t, f.Change(func([]Entry) ([]Entry, error) { return nil, no }), no)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, good, string(content))

	write(t, path, "[[Mapping]\n")
	require.ErrorAs(t, f.Change(add(Entry{Subject: "x", URI: "*", User: "eve"})), &wrong)
	assert.Equal(t, path, wrong.File)
}

// TestChangeTogether: no change is lost.
func TestChangeTogether(t *testing.T) {
	f := Open(filepath.Join(t.TempDir(), "certmapping.toml"))
	var changing sync.WaitGroup
	for i := range 20 {
		changing.Go(func() {
			assert.NoError(t, f.Change(add(Entry{Subject: string(rune('a' + i)), URI: "*", User: "ada"})))
		})
	}
	changing.Wait()
	all, err := f.Entries()
	require.NoError(t, err)
	assert.Len(t, all, 20)
}
