package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

func TestConfigurationRegister(t *testing.T) {
	t.Parallel()
	transcript(t, "register", t.TempDir(),
		"configuration register Test --idle-timeout-sec 172800 --max-idle-timeout-sec 259200 --output-buffering-mode drop",
		"configuration get Test",
		"configuration get test --output json",
		"configuration register TEST",
		"configuration register TEST --force --max-sessions 5 --output json",
		"configuration register a/b",
		"configuration register",
		"configuration register Bad --idle-timeout-sec 259201 --max-idle-timeout-sec 259200",
		"configuration register Off --access-mode Disabled --output table",
		"configuration register Off2 --output xml",
		"configuration get",
	)
}

func TestConfigurationSet(t *testing.T) {
	t.Parallel()
	transcript(t, "set", t.TempDir(),
		"configuration register Test",
		"configuration set Test --idle-timeout-sec 120",
		// Together they may come in any order, and need not be possible one by one.
		"configuration set Test --max-idle-timeout-sec 100 --idle-timeout-sec 90",
		"configuration set Test --idle-timeout-sec 300 --max-idle-timeout-sec 400 --output table",
		"configuration set Test --idle-timeout-sec 500",
		"configuration set Test --max-idle-timeout-sec 200",
		"configuration set Test --max-sessions 5 --set maxshells=6",
		"configuration set Test --max-sessions 5 --idle-timeout-sec 59",
		"configuration set Test",
		"configuration set Nobody --max-sessions 5",
		"configuration set Test --nonsense 5",
		"configuration get Test",
	)
}

func TestConfigurationKeptWithoutEffect(t *testing.T) {
	t.Parallel()
	transcript(t, "without_effect", t.TempDir(),
		"configuration register Test --use-shared-process --process-idle-timeout-sec 60",
		"configuration set Test --use-shared-process=false",
		"configuration set Test --set ProcessIdleTimeoutSec=5 --max-sessions 2",
		"configuration register Shell --plugin winrs --modules-to-import A",
		"configuration register Go --plugin runspace --use-shared-process",
		"configuration set Test --permission Administrators,nobody --path DIR/no.pssc --engine-path DIR/no",
		"configuration set Test --max-sessions 3",
		"configuration get Test --output json",
	)
}

func TestConfigurationVerbs(t *testing.T) {
	t.Parallel()
	transcript(t, "verbs", t.TempDir(),
		"configuration register One",
		"configuration register Two --permission ada,bob --permission 'carol , dan'",
		"configuration disable One TWO",
		"configuration get *o*",
		"configuration enable one",
		"configuration get '?ne' 'two'",
		"configuration enable Nobody One",
		"configuration disable",
		"configuration get Nobody One",
		"configuration get 'No*' --output json",
		"configuration get One --output yaml",
		"configuration unregister One Nobody two",
		"configuration unregister",
		"configuration get",
		"configuration get 'Z*'",
	)
}

// TestConfigurationFlags: each flag sets its setting, and a bad value is refused
// with a message that names it.
func TestConfigurationFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	absolute := filepath.Join(dir, "x")
	tests := []struct {
		flag, value, key string
		want             any
		bad, message     string
	}{
		{"access-mode", "disabled", "Enabled", false, "Nobody", `--access-mode: Enabled: "Nobody" is none of Remote, Disabled`},
		{"access-mode", "Remote", "Enabled", true, "local", `--access-mode: Enabled: "local" is not for one session configuration`},
		{"plugin", "WINRS", "Plugin", "winrs", "cmd", `Plugin: "cmd" is none of powershell, runspace, winrs`},
		{"permission", " ada, bob,", "Permission", []string{"ada", "bob"}, "", ""},
		{"permission", "", "Permission", []string{}, "", ""},
		{"run-as-credential", `CORP\ann`, "RunAsUser", `CORP\ann`, "1000", `RunAsUser: "1000" is a number`},
		{"idle-timeout-sec", "60", "IdleTimeoutMs", 60000, "59", "--idle-timeout-sec: IdleTimeoutMs: 59 is out of range: must be 60 to 2147483 seconds"},
		{"idle-timeout-sec", "2147483", "IdleTimeoutMs", 2147483000, "2147484", "must be 60 to 2147483 seconds"},
		{"max-idle-timeout-sec", "7200", "MaxIdleTimeoutMs", 7200000, "2h", `--max-idle-timeout-sec: MaxIdleTimeoutMs: "2h" is no number: must be 60 to 2147483 seconds`},
		{"output-buffering-mode", "drop", "OutputBufferingMode", "Drop", "None", `OutputBufferingMode: "None" is none of Block, Drop`},
		{"engine-path", absolute, "EnginePath", absolute, "bin/pwsh", `EnginePath: "bin/pwsh" must be an absolute path or a name that is found on PATH`},
		{"engine-argument", "-a,b", "EngineArguments", []string{"-a,b"}, "", ""},
		{"psversion", "7.4", "PSVersion", "7.4", "7", `PSVersion: "7" is no version as major.minor`},
		{"path", absolute + ".pssc", "SessionConfigurationFile", absolute + ".pssc", "x.ps1", "is no .pssc file"},
		{"startup-script", absolute + ".ps1", "StartupScript", absolute + ".ps1", "x.pssc", "is no .ps1 file"},
		{"modules-to-import", "A,B", "ModulesToImport", []string{"A", "B"}, "", ""},
		{"max-sessions", "1", "MaxShells", 1, "0", "MaxShells: 0 is out of range: must be 1 to 2147483647"},
		{"max-sessions-per-user", "2", "MaxShellsPerUser", 2, "x", `--max-sessions-per-user: MaxShellsPerUser: "x" is no number`},
		{"max-concurrent-users", "3", "MaxConcurrentUsers", 3, "-1", "MaxConcurrentUsers: -1 is out of range"},
		{"max-concurrent-commands-per-session", "4", "MaxConcurrentCommandsPerShell", 4, "0", "MaxConcurrentCommandsPerShell: 0 is out"},
		{"max-processes-per-session", "5", "MaxProcessesPerShell", 5, "0", "MaxProcessesPerShell: 0 is out of range"},
		{"processor-weight", "50", "ProcessorWeight", 50, "0", "ProcessorWeight: 0 is out of range"},
		{"max-open-files-per-session", "100", "MaxOpenFilesPerShell", 100, "1", "MaxOpenFilesPerShell: 1 is out of range"},
		{"max-memory-per-session-mb", "6", "MaxMemoryPerShellMB", 6, "4", "MaxMemoryPerShellMB: 4 is out of range: must be 5 to 2147483647"},
		{"maximum-received-object-size-mb", "7", "MaximumReceivedObjectSizeMB", 7, "2048", "MaximumReceivedObjectSizeMB: 2048 is out of range: must be 1 to 2047"},
		{"maximum-received-data-size-per-command-mb", "8", "MaximumReceivedDataSizePerCommandMB", 8, "0", "MaximumReceivedDataSizePerCommandMB: 0 is out"},
		{"use-shared-process", "true", "UseSharedProcess", true, "maybe", `"maybe"`},
		{"process-idle-timeout-sec", "9", "ProcessIdleTimeoutSec", 9, "1209601", "ProcessIdleTimeoutSec: 1209601 is out of range: must be 0 to 1209600"},
		{"environment", "A=b=c", "Environment", map[string]string{"A": "b=c"}, "=x", `--environment: Environment: "=x" is not NAME=VALUE`},
		{"environment", "A=", "Environment", map[string]string{"A": ""}, "A", "Environment: there is no A to take out"},
		{"set", "idletimeoutms=60001", "IdleTimeoutMs", 60001, "IdleTimeoutMs=59999", "IdleTimeoutMs: 59999 is out of range: must be 60000 to 2147483647"},
		{"set", "Enabled=FALSE", "Enabled", false, "Enabled=perhaps", `--set: Enabled: "perhaps" is neither true nor false`},
		{"set", "EngineArguments=-a, -b", "EngineArguments", []string{"-a", "-b"}, "Nonsense=1", "--set: Nonsense: there is no such setting"},
		{"set", "environment.A=x,y", "Environment", map[string]string{"A": "x,y"}, "Environment=A", "--set: Environment: it is a table: say Environment.NAME=VALUE"},
		{"set", "SessionConfigurationFile=" + absolute + ".pssc", "SessionConfigurationFile", absolute + ".pssc", "MaxShells", `--set: "MaxShells" is not KEY=VALUE`},
		{"set", "PSVersion=", "PSVersion", "", "Enabled.x=1", "--set: Enabled.x: there is no such setting"},
	}
	flags := map[string]bool{}
	for _, test := range tests {
		flags[test.flag] = true
		_, _, err := run(t, dir, "", "configuration", "register", "--state", dir, "T", "--force", "--"+test.flag+"="+test.value)
		require.NoError(t, err, "%s=%s", test.flag, test.value)
		assert.Equal(t, test.want, settingOf(t, dir, "T", test.key), "%s=%s", test.flag, test.value)
		if test.message == "" {
			continue
		}
		_, _, err = run(t, dir, "", "configuration", "register", "--state", dir, "Bad", "--"+test.flag+"="+test.bad)
		assert.ErrorContains(t, err, test.message, "%s=%s", test.flag, test.bad)
		assert.NoFileExists(t, filepath.Join(dir, "configurations", "Bad.toml"))
	}
	for _, p := range parameters() {
		assert.True(t, flags[p.flag], "--%s is not tested", p.flag)
	}
}

// settingOf is a setting as a new process would find it.
func settingOf(t *testing.T, dir, name, key string) any {
	t.Helper()
	store, err := openSettings(dir)
	require.NoError(t, err)
	session, err := findSession(store, dir, name)
	require.NoError(t, err)
	for _, v := range session.Values() {
		if v.Key() == key {
			return v.Value
		}
	}
	require.Fail(t, "no setting", key)
	return nil
}

// Flags that can be repeated add up, and what has no flag stays as it is.
func TestConfigurationRepeatedFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set := func(verb string, flags ...string) error {
		_, _, err := run(t, dir, "", append([]string{"configuration", verb, "--state", dir, "T"}, flags...)...)
		return err
	}
	require.NoError(t, set("register", "--environment", "A=1", "--environment", "B=2", "--set", "Environment.C=3",
		"--engine-argument", "-x", "--engine-argument", "a b", "--permission", "ann", "--permission", "bob,cid"))
	assert.Equal(t, []string{"-x", "a b"}, settingOf(t, dir, "T", "EngineArguments"))
	assert.Equal(t, []string{"ann", "bob", "cid"}, settingOf(t, dir, "T", "Permission"))
	require.NoError(t, set("set", "--environment", "A", "--environment", "D=4"))
	assert.Equal(t, map[string]string{"B": "2", "C": "3", "D": "4"}, settingOf(t, dir, "T", "Environment"))
	assert.Equal(t, []string{"ann", "bob", "cid"}, settingOf(t, dir, "T", "Permission"))
	assert.ErrorContains(t, set("set", "--environment", "D=5", "--environment", "D=6"),
		"Environment.D is set twice, by --environment and --environment")
	assert.ErrorContains(t, set("set", "--startup-script", "a.ps1", "--path", "b.pssc"),
		"StartupScript: it cannot be used together with SessionConfigurationFile")
}

// A relative path on the command line begins where its user is.
func TestConfigurationRelativePath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, stderr, err := run(t, dir, "", "configuration", "register", "--state", dir, "T", "--path", "config_test.pssc")
	require.NoError(t, err)
	here, err := filepath.Abs("config_test.pssc")
	require.NoError(t, err)
	assert.Equal(t, here, settingOf(t, dir, "T", "SessionConfigurationFile"))
	assert.Equal(t, "warning: SessionConfigurationFile: there is no file "+here+"\n", stderr)

	_, _, err = run(t, dir, "", "configuration", "set", "--state", dir, "T", "--path=", "--set", "StartupScript=a.ps1")
	require.NoError(t, err)
	assert.Empty(t, settingOf(t, dir, "T", "SessionConfigurationFile"))
	assert.Equal(t, filepath.Join(filepath.Dir(here), "a.ps1"), settingOf(t, dir, "T", "StartupScript"))
}

// TestConfigurationJSON: an array of objects whose names are the settings'.
func TestConfigurationJSON(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, err := run(t, dir, "", "configuration", "register", "--state", dir, "T", "--environment", "A=<&>", "--permission", "ann")
	require.NoError(t, err)
	stdout, _, err := run(t, dir, "", "configuration", "get", "--state", dir, "T", "--output", "json")
	require.NoError(t, err)
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	require.Len(t, list, 1)
	for _, s := range configuration.SessionSettings() {
		assert.Contains(t, list[0], s.Key())
	}
	assert.Len(t, list[0], len(configuration.SessionSettings())+2)
	assert.Equal(t, "T", list[0]["Name"])
	assert.Equal(t, "http://schemas.microsoft.com/powershell/T", list[0]["ResourceUri"])
	assert.Equal(t, true, list[0]["Enabled"])
	assert.EqualValues(t, 7200000, list[0]["IdleTimeoutMs"])
	assert.Equal(t, []any{"ann"}, list[0]["Permission"])
	assert.Equal(t, map[string]any{"A": "<&>"}, list[0]["Environment"])
	assert.True(t, strings.HasPrefix(stdout, "[\n  {\n    \"Name\": \"T\",\n    \"Enabled\": true,\n"), stdout)

	// What was never set is empty, not null.
	text, err := json.Marshal(sessionObject{Name: "Zero"})
	require.NoError(t, err)
	assert.NotContains(t, string(text), "null")
}

// TestConfigurationBroken: a file with an error is told as that, hides no other,
// and is left to who broke it, unless its place is taken.
func TestConfigurationBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	transcript(t, "broken_before", dir, "configuration register Good")
	path := filepath.Join(dir, "configurations", "Broken.toml")
	require.NoError(t, os.WriteFile(path, []byte("Enabled = true\nIdleTimeOutMs = 1\n"), 0o600))
	transcript(t, "broken", dir,
		"configuration get Broken",
		"configuration get G*",
		"configuration set Good --max-sessions 3",
		"configuration set broken --max-sessions 3",
		"configuration disable Broken",
		"configuration register Broken",
		"configuration register Broken --force --max-sessions 9",
		"configuration get Broken",
	)
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	transcript(t, "broken_after", dir, "configuration unregister Broken", "configuration get B*")
}

func TestMatchName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"?", "", false}, {"?", "ä", true},
		{"a*c", "ABC", true}, {"a*c", "abcd", false}, {"*.7", "PowerShell.7", true}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"a**b", "ab", true}, {"[ab]", "a", false}, {"[ab]", "[AB]", true},
		{"Microsoft.PowerShell", "microsoft.powershell", true}, {"Microsoft.PowerShell", "microsoftxpowershell", false},
		{"*aab", "aaaab", true}, {"k*", "\u212a", true},
		{strings.Repeat("a*", 50) + "b", strings.Repeat("a", 200), false}, // which must not take for ever
	} {
		assert.Equal(t, test.want, matchName(test.pattern, test.name), "%s %s", test.pattern, test.name)
	}
}
