package configuration

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegisterAndUnregister(t *testing.T) {
	s, dir, _ := openTest(t)
	mine := NewSession("Mine")
	mine.IdleTimeoutMs, mine.Environment = 120000, map[string]string{"A b": "x\"\\\n\x01é"}
	require.NoError(t, s.Register(mine))
	got, ok := s.Session("MINE")
	require.True(t, ok)
	assert.Equal(t, mine, got)

	again := NewSession("mINE")
	assert.ErrorIs(t, s.Register(again), ErrExists)
	assert.ErrorContains(t, s.Register(NewSession("a/b")), "Name: the name")
	broken := NewSession("Broken")
	broken.MaxIdleTimeoutMs = 60000
	assert.ErrorContains(t, s.Register(broken), "IdleTimeoutMs: 7200000 is more than MaxIdleTimeoutMs")

	require.NoError(t, s.Unregister("mine"))
	_, ok = s.Session("Mine")
	assert.False(t, ok)
	assert.ErrorIs(t, s.Unregister("mine"), ErrNotFound)
	assert.NoFileExists(t, filepath.Join(dir, "configurations", "Mine.toml"))
}

// A default configuration that was removed stays so.
func TestUnregisteredDefaultStaysAway(t *testing.T) {
	s, dir, _ := openTest(t)
	require.NoError(t, s.Unregister("PowerShell.7"))
	again, err := Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, ok := again.Session("PowerShell.7")
	assert.False(t, ok)
}

// TestChangeKeepsWhatIsWritten: only what changes is written.
func TestChangeKeepsWhatIsWritten(t *testing.T) {
	for name, c := range map[string]struct {
		content, want string
		edit          func(*Session) error
	}{
		"value": {
			"# mine\nIdleTimeoutMs=60_000 # short\n", "# mine\nIdleTimeoutMs = 70000 # short\n",
			func(t *Session) error { return t.Set("IdleTimeoutMs", 70000) },
		},
		"list over lines": {
			"Permission = [ # who\n  'a',\n]\nMaxShells = 3", "Permission = [\"b\"]\nMaxShells = 3",
			func(t *Session) error { return t.Set("Permission", []string{"b"}) },
		},
		"new key before the tables": {
			"MaxShells = 3\n# the table\n[Environment]\nA = '1'\n", "MaxShells = 3\n# the table\nEnabled = false\n\n[Environment]\nA = '1'\n",
			func(t *Session) error { return t.Set("Enabled", false) },
		},
		"new key in an empty file": {
			"", "PSVersion = \"7.4\"\n",
			func(t *Session) error { return t.Set("PSVersion", "7.4") },
		},
		"table": {
			"[Environment]\n# old\nA = '1'\nB = '2'\n", "[Environment]\nA = \"1\"\nC = \"3\"\n# old\n",
			func(t *Session) error { return t.Set("Environment", map[string]string{"A": "1", "C": "3"}) },
		},
		"new table": {
			"Enabled = true", "Enabled = true\n\n[Environment]\n\"a b\" = \"c\"\n",
			func(t *Session) error { return t.Set("Environment", map[string]string{"a b": "c"}) },
		},
		"relative path": {
			"StartupScript = 'a.ps1' # mine\n", "StartupScript = 'a.ps1' # mine\nMaxShells = 3\n",
			func(t *Session) error { return t.Set("MaxShells", 3) },
		},
		"nothing": {"Enabled = true # so", "Enabled = true # so", func(*Session) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir, _ := openTest(t)
			path := filepath.Join(dir, "configurations", "X.toml")
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o640))
			changed, err := s.ChangeSession("x", c.edit)
			require.NoError(t, err)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
			now, _ := s.Session("X")
			assert.Equal(t, changed, now)
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
		})
	}
}

// What cannot be edited in place is written anew, and means the same.
func TestChangeWritesAnew(t *testing.T) {
	s, dir, _ := openTest(t)
	path := filepath.Join(dir, "winrmd.toml")
	require.NoError(t, os.WriteFile(path, []byte("Shell = { MaxSpoolMB = 5 }\nWinrs.MaxShellsPerUser = 9\n"), 0o600))
	_, err := s.ChangeService(func(t *Service) error {
		return errors.Join(t.Set("Shell.MaxSpoolMB", 6), t.Set("Shell.OutputBufferSizeMB", 7), t.Set("Winrs.MaxConcurrentUsers", 2))
	})
	require.NoError(t, err)
	got := s.Service()
	assert.Equal(t, []int{6, 7, 2, 9}, []int{got.Shell.MaxSpoolMB, got.Shell.OutputBufferSizeMB, got.Winrs.MaxConcurrentUsers, got.Winrs.MaxShellsPerUser})
}

func TestChangeRefuses(t *testing.T) {
	s, dir, _ := openTest(t)
	before, _ := s.Session("PowerShell.7")
	for want, edit := range map[string]func(*Session) error{
		"MaxMemoryPerShellMB: 4 is out of range": func(t *Session) error { return t.Set("MaxMemoryPerShellMB", 4) },
		"Nonsense: there is no such setting":     func(t *Session) error { return t.Set("Nonsense", 4) },
		"MaxShells: string is not a number":      func(t *Session) error { return t.Set("MaxShells", "4") },
		"no":                                     func(*Session) error { return errors.New("no") },
	} {
		_, err := s.ChangeSession("PowerShell.7", edit)
		assert.ErrorContains(t, err, want)
	}
	_, err := s.ChangeSession("nobody", func(*Session) error { return nil })
	assert.ErrorIs(t, err, ErrNotFound)
	write(t, "Enabled = 1", dir, "configurations", "PowerShell.7.toml")
	_, err = s.ChangeSession("PowerShell.7", func(t *Session) error { return t.Set("Enabled", false) })
	assert.ErrorContains(t, err, "PowerShell.7.toml:1:11: Enabled")
	after, _ := s.Session("PowerShell.7")
	assert.Equal(t, before, after)
}

// TestManyChange: no change of several Stores on one directory is lost.
func TestManyChange(t *testing.T) {
	_, dir, _ := openTest(t)
	const stores, changes = 4, 10
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			s, err := OpenLenient(dir, slog.New(slog.DiscardHandler))
			if !assert.NoError(t, err) {
				return
			}
			for n := range changes {
				_, err := s.ChangeSession("PowerShell.7", func(t *Session) error {
					t.Environment[strconv.Itoa(i)+"-"+strconv.Itoa(n)] = "x"
					return nil
				})
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	got, _ := s.Session("PowerShell.7")
	assert.Len(t, got.Environment, stores*changes)
}
