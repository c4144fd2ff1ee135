package configuration

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseServiceReadsEveryTable(t *testing.T) {
	got, err := serviceSchema().parse("winrmd.toml", []byte(`
Administrators = ["root", "alice"]
AllowUnencrypted = true
Listener = { HTTP = "127.0.0.1:5985", HTTPS = "none" }
Winrs.MaxShellsPerUser = 7
[Service]
MaxEnvelopeSizekb = 1024
[Shell]
RobustConnectionTimeoutMs = 1_000
[PowerShell]
Path = "pwsh-preview"
`))
	require.NoError(t, err)
	want := serviceSchema().defaults()
	want.Administrators = []string{"root", "alice"}
	want.AllowUnencrypted = true
	want.Listener = Listener{HTTP: "127.0.0.1:5985", HTTPS: "none"}
	want.Winrs.MaxShellsPerUser = 7
	want.Limits.MaxEnvelopeSizekb = 1024
	want.Shell.RobustConnectionTimeoutMs = 1000
	want.PowerShell.Path = "pwsh-preview"
	assert.Equal(t, want, got)

	assert.True(t, got.Administrator("ALICE"))
	assert.False(t, got.Administrator("bob"))
	assert.Equal(t, 1<<20, got.Limits.MaxEnvelopeSize())
	assert.Equal(t, time.Second, got.Shell.RobustConnectionTimeout())
	assert.Equal(t, 10<<20, got.Shell.OutputBufferSize())
	assert.Equal(t, "pwsh-preview", got.Engine(Session{}))
	assert.Equal(t, "mine", got.Engine(Session{EnginePath: "mine"}))
}

func TestServiceErrorsSayWhatAndWhere(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"syntax":             {"[Shell\n", "w.toml:1:7: toml: "},
		"duplicate":          {"[Shell]\nMaxSpoolMB = 1\nMaxSpoolMB = 2\n", "w.toml:3:1: "},
		"unknown key":        {"\n[Shell]\n  Nonsense = 1\n", "w.toml:3:3: Shell.Nonsense: unknown key"},
		"unknown table":      {"[Sehll]\nMaxSpoolMB = 1\n", "w.toml:2:1: Sehll.MaxSpoolMB: unknown key"},
		"wrong table":        {"MaxSpoolMB = 1\n", "w.toml:1:1: MaxSpoolMB: unknown key"},
		"wrong case":         {"[Shell]\nmaxspoolmb = 1\n", "w.toml:2:1: Shell.maxspoolmb: unknown key: it is spelled Shell.MaxSpoolMB"},
		"two of one key":     {"[Shell]\nMaxSpoolMB = 1\nMAXSPOOLMB = 2\n", "w.toml:3:1: Shell.MAXSPOOLMB: unknown key"},
		"text for number":    {"[Shell]\nMaxSpoolMB = \"1\"\n", "w.toml:2:"},
		"fraction":           {"[Shell]\nMaxSpoolMB = 1.5\n", "w.toml:2:"},
		"too large for int":  {"[Shell]\nMaxSpoolMB = 99999999999999999999\n", "w.toml:2:"},
		"below range":        {"[Shell]\nRobustConnectionTimeoutMs = 999\n", "w.toml:2:1: Shell.RobustConnectionTimeoutMs: 999 is out of range: must be 1000 to 2147483647"},
		"above range":        {"Service = { MaxEnvelopeSizekb = 4194304 }", "w.toml:1:13: Service.MaxEnvelopeSizekb: 4194304 is out of range: must be 32 to 4194303"},
		"idle below minimum": {"Winrs.IdleTimeout = 59999", "w.toml:1:1: Winrs.IdleTimeout: 59999 is out of range: must be 60000 to 2147483647"},
		"no address":         {"[Listener]\nHTTP = \"5985\"\n", `w.toml:2:1: Listener.HTTP: "5985" is neither host:port nor none`},
		"port too large":     {"[Listener]\nHTTP = \":65536\"\n", `w.toml:2:1: Listener.HTTP: ":65536": the port must be 0 to 65535`},
		"port by name":       {"[Listener]\nHTTPS = \":https\"\n", `w.toml:2:1: Listener.HTTPS: `},
		"relative engine":    {"[PowerShell]\nPath = \"bin/pwsh\"\n", `w.toml:2:1: PowerShell.Path: "bin/pwsh" must be`},
		"empty user":         {"Administrators = [\"a\", \"\"]", "w.toml:1:1: Administrators: entry 2: is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serviceSchema().parse("w.toml", []byte(c.content))
			require.ErrorContains(t, err, c.want)
			var e *FileError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "w.toml", e.File)
		})
	}
}

func TestWrongTypeNamesTheKey(t *testing.T) {
	_, err := serviceSchema().parse("w.toml", []byte("[Shell]\nMaxSpoolMB = \"1\"\n"))
	var e *FileError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "Shell.MaxSpoolMB", e.Key)
}

func TestAllErrorsOfAFileAreReported(t *testing.T) {
	_, err := serviceSchema().parse("w.toml", []byte("[Shell]\nMaxSpoolMB = 0\nOutputBufferSizeMB = 0\n"))
	assert.ErrorContains(t, err, "Shell.MaxSpoolMB: 0")
	assert.ErrorContains(t, err, "Shell.OutputBufferSizeMB: 0")
}

func TestParseSession(t *testing.T) {
	dir := t.TempDir()
	got, err := parseSession(filepath.Join(dir, "Jea.One.toml"), []byte(`
IdleTimeoutMs = 60000
MaxIdleTimeoutMs = 60000
OutputBufferingMode = "Drop"
EngineArguments = ["-NoProfile", ""]
SessionConfigurationFile = "jea/one.pssc"
`))
	require.NoError(t, err)
	assert.Equal(t, "Jea.One", got.Name)
	assert.Equal(t, time.Minute, got.IdleTimeout())
	assert.Equal(t, time.Minute, got.MaxIdleTimeout())
	assert.Equal(t, BufferDrop, got.OutputBufferingMode)
	assert.Equal(t, []string{"-NoProfile", ""}, got.EngineArguments)
	assert.Equal(t, filepath.Join(dir, "jea", "one.pssc"), got.SessionConfigurationFile)
}

// A path of Windows stays what it is on every system.
func TestWindowsPaths(t *testing.T) {
	for _, path := range []string{`C:\a\b.pssc`, `c:/a.pssc`, `\\server\share\a.pssc`, `%windir%\system32\a.pssc`} {
		got, err := parseSession(filepath.Join(t.TempDir(), "x.toml"), []byte("SessionConfigurationFile = '"+path+"'\n"))
		require.NoError(t, err)
		assert.Equal(t, path, got.SessionConfigurationFile)
	}
}

func TestSessionErrors(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"idle above maximum": {"MaxIdleTimeoutMs = 60000\nIdleTimeoutMs = 60001\n", "s.toml:2:1: IdleTimeoutMs: 60001 is more than MaxIdleTimeoutMs, which is 60000"},
		"default above it":   {"MaxIdleTimeoutMs = 60000\n", "s.toml: IdleTimeoutMs: 7200000 is more than MaxIdleTimeoutMs, which is 60000"},
		"idle below minimum": {"IdleTimeoutMs = 1000\n", "s.toml:1:1: IdleTimeoutMs: 1000 is out of range"},
		"mode":               {"OutputBufferingMode = \"block\"\n", `s.toml:1:1: OutputBufferingMode: "block" is none of Block, Drop`},
		"not a pssc":         {"SessionConfigurationFile = \"x.ps1\"\n", `s.toml:1:1: SessionConfigurationFile: "x.ps1" is no .pssc file`},
		"name":               {"Name = \"x\"\n", "s.toml:1:1: Name: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseSession("s.toml", []byte(c.content))
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// What an administrator types may be anything; it must never be more than an
// error, and what is accepted must be within the ranges.
func FuzzParseService(f *testing.F) {
	f.Add(serviceSchema().generate())
	f.Add([]byte("Shell = { MaxSpoolMB = 1 }\nWinrs.IdleTimeout = 70000"))
	f.Add([]byte("[[Shell]]\nMaxSpoolMB = [1, 2\n"))
	f.Add([]byte("a.b.c = { d = [ { e = 1 } ] }\n\"\" = 1"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := serviceSchema()
		got, err := s.parse("f", content)
		if err == nil {
			assert.NoError(t, s.validate("f", &got, content, scanKeys(content)))
		}
	})
}
