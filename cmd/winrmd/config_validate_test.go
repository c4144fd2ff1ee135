package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration/account"
)

// writeFiles writes files below a directory.
func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

// anEngine is a program that is there on every machine with Go: this one.
func anEngine(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return filepath.ToSlash(path)
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"winrmd.toml": "Administrators = ['root']\n[PowerShell]\nPath = '" + anEngine(t) + "'\n[Groups]\nOperators = ['ada']\n",
		"configurations/Test.toml": "Permission = ['operators', 'ADA', 'Root', 'administrators']\n" +
			"StartupScript = 'start.ps1'\n",
		"configurations/start.ps1": "",
		"configurations/Mine.toml": "",
	})
	transcript(t, "validate_ok", dir, "config validate")
}

func TestConfigValidateErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"winrmd.toml":             "AllowUnencrypted = 1\n",
		"configurations/A.toml":   "Enabled = true\n\nIdleTimeOutMs = 5\nNonsense = 1\n",
		"configurations/B.toml":   "MaxShells = 0\n  MaxIdleTimeoutMs = 60000\n",
		"configurations/C.toml":   "Enabled = \n",
		"configurations/.x.toml":  "not read",
		"configurations/D.toml":   "UseSharedProcess = true\nPermission = ['nobody']\nEnginePath = '" + anEngine(t) + "'\n",
		"configurations/a:b.toml": "",
		"users.toml":              "[[User]]\nName = 'x y:z'\n",
		"certmapping.toml":        "[[Mapping]]\nSubject = '*'\n",
	})
	transcript(t, "validate_errors", dir, "config validate")
}

func TestConfigValidateWarnings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"winrmd.toml": "[PowerShell]\nPath = '" + anEngine(t) + "'\n",
		"configurations/File.toml": "Permission = ['ada', 'Administrators']\nSessionConfigurationFile = 'no.pssc'\n" +
			"ProcessIdleTimeoutSec = 5\nUseSharedProcess = true\n",
		"configurations/Engine.toml": "EnginePath = 'no-such-engine'\nStartupScript = 'directory.ps1'\n",
		"configurations/Shell.toml":  "Plugin = 'winrs'\nModulesToImport = ['A']\n",
		"configurations/Other.toml":  "Plugin = 'runspace'\nUseSharedProcess = true\nEnginePath = 'no-such-engine'\n",
		"configurations/Version.toml": "PSVersion = '7.4'\nUseSharedProcess = false\nProcessIdleTimeoutSec = 0\n" +
			"[Environment]\nPLUGIN = 'x'\nA = 'b'\n[Windows]\nRunAsUser = 'bob'\nOutputBufferingMode = 'Drop'\n",
	})
	require.NoError(t, os.Mkdir(filepath.Join(dir, "configurations", "directory.ps1"), 0o700))
	transcript(t, "validate_warnings", dir, "config validate")

	writeFiles(t, dir, map[string]string{"winrmd.toml": "[PowerShell]\nPath = '" + anEngine(t) + "'\n[Auth]\nPAMService = 'winrmd'\n"})
	_, stderr, err := run(t, dir, "", "config", "validate", "--state", dir)
	require.NoError(t, err)
	assert.Contains(t, stderr, `Permission: "ada" is neither a user of users.toml nor a group: it can only be one whom PAM or the domain knows`)
}

// TestConfigValidateAdmission: accounts that serve would refuse are warned of, with
// the arguments that serve has.
func TestConfigValidateAdmission(t *testing.T) {
	t.Parallel()
	games, err := account.LookUp(t.Context(), "games")
	if err != nil {
		require.ErrorContains(t, err, "no account") // Windows, and small systems
		return
	}
	if os.Geteuid() != 0 {
		return // then all accounts are warned of, for another reason
	}
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"winrmd.toml": "[PowerShell]\nPath = '" + anEngine(t) + "'\n", "configurations/A.toml": "RunAsUser = 'games'\n",
	})
	_, _, err = user(t, dir, "add", "ann", "--password-stdin", "--account", "games")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		arguments []string
		warned    bool
	}{
		"as serve by itself": {nil, true},
		"the smallest is it": {[]string{"--min-account-id", strconv.Itoa(games.UID)}, false},
		"one more":           {[]string{"--min-account-id", strconv.Itoa(games.UID + 1)}, true},
		"by name":            {[]string{"--session-account", "games"}, false},
		"another by name":    {[]string{"--session-account", "root"}, true},
		"winrmd's own":       {[]string{"--service-account", "games"}, false},
	} {
		stdout, stderr, err := run(t, dir, "", append([]string{"config", "validate", "--state", dir}, test.arguments...)...)
		require.NoError(t, err, "%s%s", stdout, stderr)
		for _, what := range []string{"user ann: the account games has number", "RunAsUser: the account games has number"} {
			assert.Equal(t, test.warned, strings.Contains(stderr, what), "%s: %s\n%s", name, what, stderr)
		}
	}
}

// Nothing is made of what is missing.
func TestConfigValidateMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	_, _, err := run(t, dir, "", "config", "validate", "--state", missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NoDirExists(t, missing)

	transcript(t, "validate_empty", dir, "config validate")
	writeFiles(t, dir, map[string]string{"winrmd.toml": ""})
	stdout, _, err := run(t, dir, "", "config", "validate", "--state", dir)
	require.NoError(t, err)
	assert.Equal(t, "ok: winrmd.toml, 0 session configurations, 0 users, 0 certificate mappings\n", stdout)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

// What winrmd itself makes is good.
func TestConfigValidateDefaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := openSettings(dir)
	require.NoError(t, err)
	stdout, _, err := run(t, dir, "", "config", "validate", "--state", dir)
	require.NoError(t, err)
	assert.Equal(t, "ok: winrmd.toml, 2 session configurations, 0 users, 0 certificate mappings\n", stdout)
}
