package configuration

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openTest opens a Store in a new directory and gives what it logs.
func openTest(t *testing.T) (*Store, string, *bytes.Buffer) {
	dir := filepath.Join(t.TempDir(), "state")
	log := new(bytes.Buffer)
	s, err := Open(dir, slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	return s, dir, log
}

func write(t *testing.T, content string, path ...string) {
	require.NoError(t, os.WriteFile(filepath.Join(path...), []byte(content), 0o600))
}

func TestOpenMakesWhatIsMissing(t *testing.T) {
	s, dir, _ := openTest(t)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(dir)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
		info, err = os.Stat(filepath.Join(dir, "winrmd.toml"))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	assert.Equal(t, serviceSchema().defaults(), s.Service())
	var names []string
	for _, c := range s.Sessions() {
		names = append(names, c.Name)
	}
	assert.Equal(t, []string{"Microsoft.PowerShell", "PowerShell.7"}, names)

	left, err := filepath.Glob(filepath.Join(dir, "*", ".*.new"))
	require.NoError(t, err)
	assert.Empty(t, left, "temporary files")
}

func TestOpenKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	write(t, "AllowUnencrypted = true\n", dir, "winrmd.toml")
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	assert.True(t, s.Service().AllowUnencrypted)
}

func TestOpenRefusesBrokenFiles(t *testing.T) {
	_, dir, _ := openTest(t)
	write(t, "[Shell]\nMaxSpoolMB = 0\n", dir, "winrmd.toml")
	write(t, "Enabled = 1\n", dir, "configurations", "Broken.toml")
	write(t, "", dir, "configurations", "a|b.toml")
	_, err := Open(dir, slog.New(slog.DiscardHandler))
	assert.ErrorContains(t, err, "winrmd.toml:2:1: Shell.MaxSpoolMB")
	assert.ErrorContains(t, err, "Broken.toml:1:")
	assert.ErrorContains(t, err, `a|b.toml: the name "a|b"`)
}

func TestChangedServiceFileIsReadAgain(t *testing.T) {
	s, dir, log := openTest(t)
	write(t, "[Shell]\nMaxSpoolMB = 5\n", dir, "winrmd.toml")
	assert.Equal(t, 5, s.Service().Shell.MaxSpoolMB)
	// The same size, and on most systems within the same tick of the clock.
	write(t, "[Shell]\nMaxSpoolMB = 6\n", dir, "winrmd.toml")
	assert.Equal(t, 6, s.Service().Shell.MaxSpoolMB)
	assert.Empty(t, log.String())
}

func TestBrokenEditKeepsTheLastGood(t *testing.T) {
	s, dir, log := openTest(t)
	write(t, "[Shell]\nMaxSpoolMB = 5\n", dir, "winrmd.toml")
	require.Equal(t, 5, s.Service().Shell.MaxSpoolMB)

	broken := "[Shell]\nMaxSpoolMB = 0\n"
	for range 3 {
		write(t, broken, dir, "winrmd.toml")
		assert.Equal(t, 5, s.Service().Shell.MaxSpoolMB)
	}
	assert.Equal(t, 1, strings.Count(log.String(), "\n"), "logged once: %s", log)
	assert.Contains(t, log.String(), "winrmd.toml:2:1: Shell.MaxSpoolMB")

	write(t, "[Shell]\nMaxSpoolMB = 7\n", dir, "winrmd.toml")
	assert.Equal(t, 7, s.Service().Shell.MaxSpoolMB)
	write(t, broken, dir, "winrmd.toml")
	assert.Equal(t, 7, s.Service().Shell.MaxSpoolMB)
	assert.Equal(t, 2, strings.Count(log.String(), "\n"), "a new failure is logged")
}

func TestRemovedServiceFileKeepsTheLastGood(t *testing.T) {
	s, dir, log := openTest(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "winrmd.toml")))
	for range 2 {
		assert.Equal(t, serviceSchema().defaults(), s.Service())
	}
	assert.Equal(t, 1, strings.Count(log.String(), "\n"))
}

func TestSessionIsFoundInAnyCase(t *testing.T) {
	s, _, _ := openTest(t)
	for _, name := range []string{"microsoft.powershell", "MICROSOFT.POWERSHELL", "Microsoft.PowerShell"} {
		c, ok := s.Session(name)
		assert.True(t, ok, name)
		assert.Equal(t, "Microsoft.PowerShell", c.Name)
	}
	for _, name := range []string{"", "nobody", "../winrmd", "Microsoft.PowerShell.toml"} {
		_, ok := s.Session(name)
		assert.False(t, ok, name)
	}
}

func TestSessionFilesComeChangeAndGo(t *testing.T) {
	s, dir, log := openTest(t)
	path := filepath.Join(dir, "configurations", "New.toml")

	write(t, "MaxShells = 2\n", path)
	c, ok := s.Session("new")
	require.True(t, ok)
	assert.Equal(t, 2, c.MaxShells)

	write(t, "MaxShells = 3\nEnabled = false\n", path)
	c, ok = s.Session("new")
	require.True(t, ok, "a disabled one is found too")
	assert.Equal(t, 3, c.MaxShells)
	assert.False(t, c.Enabled)

	write(t, "MaxShells = \n", path)
	c, ok = s.Session("new")
	require.True(t, ok)
	assert.Equal(t, 3, c.MaxShells, "a broken edit keeps the last good one")
	assert.Equal(t, 1, strings.Count(log.String(), "\n"))

	require.NoError(t, os.Remove(path))
	_, ok = s.Session("new")
	assert.False(t, ok)
	assert.Len(t, s.Sessions(), 2)

	write(t, "MaxShells = 4\n", dir, "configurations", "NEW.toml")
	c, ok = s.Session("new")
	require.True(t, ok, "under another spelling")
	assert.Equal(t, "NEW", c.Name)
}

func TestNewBrokenSessionIsNotFound(t *testing.T) {
	s, dir, log := openTest(t)
	write(t, "MaxShells = 0\n", dir, "configurations", "Broken.toml")
	write(t, "", dir, "configurations", "a|b.toml")
	for range 3 {
		_, ok := s.Session("broken")
		assert.False(t, ok)
		assert.Len(t, s.Sessions(), 2)
	}
	assert.Equal(t, 2, strings.Count(log.String(), "\n"), "each logged once: %s", log)
}

func TestSecondSpellingOfANameIsRefused(t *testing.T) {
	s, dir, log := openTest(t)
	write(t, "MaxShells = 1\n", dir, "configurations", "ONE.toml")
	write(t, "MaxShells = 2\n", dir, "configurations", "one.toml")
	if files, _ := os.ReadDir(filepath.Join(dir, "configurations")); len(files) != 4 {
		return // this file system takes the two for one
	}
	c, ok := s.Session("One")
	require.True(t, ok)
	assert.Equal(t, 1, c.MaxShells)
	assert.Contains(t, log.String(), "another file has the same name")
}

func TestFileOfTooManyBytes(t *testing.T) {
	s, dir, log := openTest(t)
	write(t, strings.Repeat("#", MaxFileSize+1), dir, "winrmd.toml")
	assert.Equal(t, serviceSchema().defaults(), s.Service())
	assert.Contains(t, log.String(), "larger than")
}

func TestStoreIsSafeForConcurrentUse(t *testing.T) {
	s, dir, _ := openTest(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				s.Service()
				s.Session("PowerShell.7")
				s.Sessions()
			}
		})
	}
	for range 20 {
		require.NoError(t, WriteFile(filepath.Join(dir, "winrmd.toml"), []byte("AllowUnencrypted = true"), 0o600))
	}
	wg.Wait()
	assert.True(t, s.Service().AllowUnencrypted)
}

func TestFileVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, "content", path)
	stat := func() os.FileInfo {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info
	}
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, old, old))
	_, version, err := ReadFile(path, nil)
	require.NoError(t, err)

	assert.True(t, version.Current(stat()))
	assert.False(t, FileVersion{}.Current(stat()))

	require.NoError(t, os.Chtimes(path, old, old.Add(time.Second)))
	assert.False(t, version.Current(stat()), "other time")

	write(t, "longer content", path)
	require.NoError(t, os.Chtimes(path, old, old))
	assert.False(t, version.Current(stat()), "other size")

	require.NoError(t, WriteFile(path, []byte("content"), 0o600))
	require.NoError(t, os.Chtimes(path, old, old))
	assert.False(t, version.Current(stat()), "other file")

	recent := time.Now()
	require.NoError(t, os.Chtimes(path, recent, recent))
	_, version, err = ReadFile(path, nil)
	require.NoError(t, err)
	assert.False(t, version.Current(stat()), "read so soon that another change may have the same time")
}

func BenchmarkSession(b *testing.B) {
	dir := b.TempDir()
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	old := time.Now().Add(-time.Hour)
	require.NoError(b, os.Chtimes(filepath.Join(dir, "configurations", "PowerShell.7.toml"), old, old))
	for b.Loop() {
		s.Session("powershell.7")
	}
}
