//go:build linux

package cmdlets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// startModule starts PowerShell for Linux with the module WinRMD, as it is on disk,
// and logs on at an address, if there is one.
func startModule(t *testing.T, address string, more ...string) *client {
	t.Helper()
	directory, err := filepath.Abs(filepath.Dir(moduleDirectory))
	require.NoError(t, err)
	c := startClient(t, unixHost, append([]string{"PSModulePath=" + directory}, more...)...)
	assert.Empty(t, c.run(t, `Import-Module WinRMD`))
	if address != "" {
		assert.Empty(t, c.run(t, login(t, address)))
	}
	return c
}

// script is a file of testdata/module.
func script(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "module", name))
	require.NoError(t, err)
	return string(text)
}

// TestModuleHelp: every command says what it does, and what its parameters are for.
func TestModuleHelp(t *testing.T) {
	t.Parallel()
	c := startModule(t, "")
	assert.Empty(t, c.run(t, script(t, "help.ps1")))
}

// TestModuleParameters: the module's commands have the parameters that the genuine
// ones of Windows have, with their types and aliases.
func TestModuleParameters(t *testing.T) {
	t.Parallel()
	const same = `$commands = 'Connect-PSSession', 'Disconnect-PSSession', 'Receive-PSSession'
`
	const more = `$commands = 'Disable-PSSessionConfiguration', 'Enable-PSSessionConfiguration', 'Get-PSSessionConfiguration',
    'Register-PSSessionConfiguration', 'Set-PSSessionConfiguration', 'Unregister-PSSessionConfiguration'
`
	windows, unix := startClient(t, windowsHost), startModule(t, "")
	text := script(t, "parameters.ps1")
	assert.ElementsMatch(t, windows.run(t, same+text), unix.run(t, same+text))
	ours := unix.run(t, more+text)
	for _, line := range windows.run(t, more+text) {
		if strings.HasPrefix(line, "Register-PSSessionConfiguration -ProcessorArchitecture ") {
			continue // that of a Windows that runs two
		}
		assert.Contains(t, ours, strings.Replace(line, " Nullable`1 ", " Double ", 1))
	}
}

// TestModuleHidesNothing: where the engine has a command, the module has not.
func TestModuleHidesNothing(t *testing.T) {
	t.Parallel()
	windows := startClient(t, windowsHost)
	assert.Equal(t, []string{"Cmdlet", "Cmdlet", "Cmdlet", "Function"}, windows.run(t, `
Import-Module WinRMD
foreach ($name in 'Disconnect-PSSession', 'Get-PSSession', 'Register-PSSessionConfiguration', 'Test-WSMan') { (Get-Command $name).CommandType }`))
}

// TestModuleWSManOfWindows: a PowerShell with Windows' own module for WSMan uses
// that one's commands, every one of them.
func TestModuleWSManOfWindows(t *testing.T) {
	t.Parallel()
	original, err := unixHost()
	daemon.Need(t, err)
	directory := filepath.Join(t.TempDir(), "pwsh")
	require.NoError(t, link(directory, filepath.Dir(original)))
	host := func() (string, error) { return filepath.Join(directory, filepath.Base(original)), nil }
	modules, err := filepath.Abs(filepath.Dir(moduleDirectory))
	require.NoError(t, err)
	const list = `Import-Module WinRMD; @(Get-Command -Module WinRMD | Where-Object Name -Match WSMan | ForEach-Object Name | Sort-Object) -join ' '`
	without := startClient(t, host, "PSModulePath="+modules)
	assert.Equal(t, "Get-WSManInstance Invoke-WSManAction New-WSManInstance New-WSManSessionOption Remove-WSManInstance Set-WSManInstance Test-WSMan", without.one(t, list))
	require.NoError(t, os.MkdirAll(filepath.Join(directory, "Modules", "Microsoft.WSMan.Management"), 0o700))
	with := startClient(t, host, "PSModulePath="+modules)
	assert.Empty(t, with.one(t, list))
	assert.Equal(t, "Disconnect-PSSession", with.one(t, `Get-Command -Module WinRMD | Where-Object Name -EQ Disconnect-PSSession | ForEach-Object Name`), "which this engine has not")
}
