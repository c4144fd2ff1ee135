package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// aPlugin is a plug-in as Windows has it.
const aPlugin = `<PlugInConfiguration xmlns="http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration"
  Name="HelpDesk" Filename="%windir%\system32\pwrshplugin.dll" SDKVersion="2" XmlRenderingType="text" Enabled="true"
  UseSharedProcess="false" ProcessIdleTimeoutSec="0" RunAsUser="EXAMPLE\bob" RunAsPassword="" OutputBufferingMode="Drop">
  <InitializationParameters><Param Name="PSVersion" Value="5.1"/></InitializationParameters>
  <Resources><Resource ResourceUri="http://schemas.microsoft.com/powershell/HelpDesk" SupportsOptions="true" ExactMatch="true">
    <Security Uri="http://schemas.microsoft.com/powershell/HelpDesk" ExactMatch="true" Sddl="O:NSG:BAD:P(A;;GA;;;BA)"/>
    <Capability Type="Shell"/></Resource></Resources>
  <Quotas IdleTimeoutms="120000" MaxIdleTimeoutms="180000" MaxShells="25" MaxShellsPerUser="5" MaxConcurrentUsers="5"
    MaxMemoryPerShellMB="1024" MaxProcessesPerShell="15" MaxConcurrentCommandsPerShell="1000"/>
</PlugInConfiguration>`

func TestConfigurationImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "plugin.xml")
	require.NoError(t, os.WriteFile(file, []byte(aPlugin), 0o600))
	stdout, stderr, err := run(t, dir, "", "configuration", "import", "--state", dir, file)
	require.NoError(t, err)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "note: RunAsUser: ")
	for key, want := range map[string]any{
		"Enabled": true, "Plugin": "powershell", "PSVersion": "5.1", "OutputBufferingMode": "Drop", "IdleTimeoutMs": 120000,
		"MaxIdleTimeoutMs": 180000, "MaxShells": 25, "MaxShellsPerUser": 5, "MaxMemoryPerShellMB": 1024,
		"Permission": []string{"Administrators"},
	} {
		assert.Equal(t, want, settingOf(t, dir, "HelpDesk", key), key)
	}

	again := func(input string, flags ...string) (string, error) {
		stdout, _, err := run(t, dir, input, append([]string{"configuration", "import", "--state", dir, "-"}, flags...)...)
		return stdout, err
	}
	_, err = again(aPlugin)
	assert.ErrorIs(t, err, configuration.ErrExists)
	_, err = again(strings.ReplaceAll(aPlugin, `MaxShells="25"`, `MaxShells="26"`), "--force")
	require.NoError(t, err)
	assert.Equal(t, 26, settingOf(t, dir, "HelpDesk", "MaxShells"))
	stdout, err = again(aPlugin, "--name", "Other", "--output", "json")
	require.NoError(t, err)
	assert.Contains(t, stdout, `"ResourceUri": "http://schemas.microsoft.com/powershell/Other"`)

	for want, input := range map[string]string{
		"this is not XML":       "nonsense",
		"IdleTimeoutms":         strings.ReplaceAll(aPlugin, `"120000"`, `"1"`),
		"the XML is larger":     strings.Repeat(" ", configuration.MaxFileSize) + aPlugin,
		"is more than":          strings.ReplaceAll(aPlugin, `"120000"`, `"180001"`),
		"PlugInConfiguration":   `<x/>`,
		"OutputBufferingMode: ": strings.ReplaceAll(aPlugin, `"Drop"`, `"Maybe"`),
	} {
		_, err := again(input, "--name", "Bad")
		assert.ErrorContains(t, err, want)
		assert.NoFileExists(t, filepath.Join(dir, "configurations", "Bad.toml"))
	}
	_, err = again(aPlugin, "--name", "a/b")
	assert.ErrorContains(t, err, "Name: ")
	_, _, err = run(t, dir, "", "configuration", "import", "--state", dir, filepath.Join(dir, "missing.xml"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// TestConfigurationExport: what is exported is imported as the same, also what
// winrmd has no use for.
func TestConfigurationExport(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	_, _, err := run(t, dir, aPlugin, "configuration", "import", "--state", dir, "-")
	require.NoError(t, err)
	_, _, err = run(t, dir, "", "configuration", "set", "--state", dir, "HelpDesk", "--environment", "A=<&\"'", "--max-sessions", "7",
		"--engine-argument", "-a b", "--use-shared-process", "--path", filepath.Join(dir, "a b.pssc"))
	require.NoError(t, err)

	stdout, stderr, err := run(t, dir, "", "configuration", "export", "--state", dir, "helpdesk")
	require.NoError(t, err)
	assert.Empty(t, stderr)
	assert.True(t, strings.HasSuffix(stdout, "</PlugInConfiguration>\n"), stdout)
	file := filepath.Join(other, "plugin.xml")
	nothing, _, err := run(t, dir, "", "configuration", "export", "--state", dir, "helpdesk", file)
	require.NoError(t, err)
	assert.Empty(t, nothing)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, stdout, string(content))
	if info, err := os.Stat(file); assert.NoError(t, err) && runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	_, _, err = run(t, other, "", "configuration", "import", "--state", other, file)
	require.NoError(t, err)
	assert.Equal(t, sessionIn(t, dir, "HelpDesk"), sessionIn(t, other, "HelpDesk"))

	_, _, err = run(t, dir, "", "configuration", "export", "--state", dir, "Nobody")
	assert.ErrorIs(t, err, configuration.ErrNotFound)
}

func sessionIn(t *testing.T, dir, name string) configuration.Session {
	t.Helper()
	store, err := openSettings(dir)
	require.NoError(t, err)
	session, err := findSession(store, dir, name)
	require.NoError(t, err)
	return session
}
