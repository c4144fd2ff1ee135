package starter

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/account"
)

// TestOpenProgram is the table of attempts to have another program run as the
// superuser.
func TestOpenProgram(t *testing.T) {
	t.Parallel()
	ann := account.New(t)
	directory, err := os.MkdirTemp("/tmp", "winrmd-renew-") // in a directory with the sticky bit
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	write := func(mode os.FileMode, names ...string) string {
		path := filepath.Join(append([]string{directory}, names...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte("program"), 0o755))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	link := func(target string, names ...string) string {
		path := filepath.Join(append([]string{directory}, names...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.Symlink(target, path))
		return path
	}
	chmod := func(mode os.FileMode, path string) { require.NoError(t, os.Chmod(path, mode)) }
	chown := func(path string) { require.NoError(t, os.Lchown(path, ann.UID, ann.GID)) }

	good := write(0o755, "good", "winrmd")
	for _, path := range []string{
		good, link(good, "link"), link("../good/winrmd", "deep", "relative"), link("good", "directory") + "/winrmd", directory + "//good/../good/./winrmd",
		link(filepath.Join(directory, "link"), "link-to-link"),
	} {
		f, err := openProgram(path)
		require.NoError(t, err, path)
		text := make([]byte, 7)
		_, err = f.Read(text)
		require.NoError(t, err)
		assert.Equal(t, "program", string(text))
		require.NoError(t, f.Close())
	}

	anns, annsDirectory := write(0o755, "anns"), write(0o755, "of-ann", "winrmd")
	chown(anns)
	chown(filepath.Dir(annsDirectory))
	forAll, forGroup := write(0o755, "for-all", "winrmd"), write(0o755, "for-group", "winrmd")
	chmod(0o777, filepath.Dir(forAll))
	chmod(0o775, filepath.Dir(forGroup))
	annsLink := link(good, "anns-link")
	chown(annsLink)
	sticky := write(0o755, "sticky", "winrmd")
	chmod(0o777|os.ModeSticky, filepath.Dir(sticky))
	chown(sticky)
	loop := link(filepath.Join(directory, "loop"), "loop")
	require.NoError(t, syscall.Mkfifo(filepath.Join(directory, "pipe"), 0o700))
	chmod(0o755, filepath.Join(directory, "pipe"))
	for name, test := range map[string]struct{ path, because string }{
		"relative":                           {"winrmd", "not absolute"},
		"nothing":                            {"", "not absolute"},
		"not there":                          {filepath.Join(directory, "none"), "no such file"},
		"a directory":                        {filepath.Dir(good), "no program"},
		"a pipe":                             {filepath.Join(directory, "pipe"), "no program"},
		"not executable":                     {write(0o644, "text"), "no program"},
		"below a file":                       {good + "/winrmd", "not a directory"},
		"everybody's file":                   {write(0o777, "everybodys"), "may write"},
		"the group's file":                   {write(0o775, "groups"), "may write"},
		"ann's file":                         {anns, "belongs to account"},
		"ann's file where all may make some": {sticky, "belongs to account"},
		"in ann's directory":                 {annsDirectory, "belongs to account"},
		"in everybody's directory":           {forAll, "may write"},
		"in the group's directory":           {forGroup, "may write"},
		"ann's link":                         {annsLink, "belongs to account"},
		"a link into ann's directory":        {link(annsDirectory, "to-anns"), "belongs to account"},
		"a link through everybody's":         {link(link(good, "for-all", "link"), "through"), "may write"},
		"a loop":                             {loop, "too many links"},
	} {
		_, err := openProgram(test.path)
		require.ErrorContains(t, err, test.because, name)
	}
}

// TestNotRenewed: a starter that was not told where its program lies stays what it
// is, and serves on.
func TestNotRenewed(t *testing.T) {
	t.Parallel()
	ann := account.New(t)
	w := newWorld(t, ann.UID)
	id := newID()
	_, err := w.Make(id, ann.Name)
	require.NoError(t, err)
	said, end := w.host(id, ann.Name)
	require.ErrorContains(t, w.Renew(), "not told")
	require.ErrorContains(t, w.Remove(id), "lives")
	end()
	assert.Eventually(t, func() bool { return w.Remove(id) == nil }, time.Minute, 10*time.Millisecond)
	w.eventuallyGone(said.Child)
}
