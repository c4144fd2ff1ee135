//go:build linux

package cmdlets

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// administrators are the settings of a server that the user may configure.
const administrators = `Administrators = ["` + daemon.User + `"]`

// TestModuleInstances: the commands for instances of resources.
func TestModuleInstances(t *testing.T) {
	t.Parallel()
	d := server(t, administrators)
	c := startModule(t, d.HTTP)
	assert.Equal(t, []string{"winrmd OS: 0.0.0 SP: 0.0 Stack: 3.0", "winrmd True"}, c.run(t, `
Test-WSMan $at.ComputerName -Port $at.Port | ForEach-Object { "$($_.ProductVendor) $($_.ProductVersion)" }
Test-WSMan $at.ComputerName -Port $at.Port -Authentication Negotiate -Credential $credential | ForEach-Object { "$($_.ProductVendor) $($_.ProductVersion -match 'winrmd')" }`))
	assert.Contains(t, c.one(t, `Test-WSMan $at.ComputerName -Port 1`), "ERROR WsManError,Test-WSMan: The client cannot connect")
	assert.Equal(t, []string{"30", "30", "MaxShellsPerUser = 31", "31"}, c.run(t, `
Set-WSManInstance winrm/config/winrs -ValueSet @{ MaxShellsPerUser = 30 } @at | ForEach-Object { $_.MaxShellsPerUser }
(Get-WSManInstance winrm/config/winrs @at).MaxShellsPerUser
$file = [System.IO.Path]::GetTempFileName()
[System.IO.File]::WriteAllText($file, (Get-WSManInstance winrm/config/winrs @at).OuterXml.Replace('>30<', '>31<'))
"MaxShellsPerUser = $((Set-WSManInstance winrm/config/winrs -FilePath $file @at).MaxShellsPerUser)"; [System.IO.File]::Delete($file)
(Get-WSManInstance winrm/config/winrs @at).MaxShellsPerUser`))
	assert.Contains(t, c.one(t, `Set-WSManInstance winrm/config/winrs -ValueSet @{ Nosuch = 1 } @at`), "ERROR WsManError,Set-WSManInstance: There is no Nosuch in the instance.")
	assert.Contains(t, c.one(t, `Set-WSManInstance winrm/config/winrs -ValueSet @{ MaxShellsPerUser = 'many' } @at`), "ERROR WsManError,Set-WSManInstance")
	assert.Equal(t, []string{"EndpointReference", "uid", "1"}, c.run(t, `
$xml = (Get-WSManInstance winrm/config/plugin @at -SelectorSet @{ Name = 'PowerShell.7' }).OuterXml.Replace('PowerShell.7', 'uid')
$file = [System.IO.Path]::GetTempFileName(); [System.IO.File]::WriteAllText($file, $xml)
$made = New-WSManInstance winrm/config/plugin -SelectorSet @{ Name = 'uid' } -FilePath $file @at
([xml] $made.OuterXml).DocumentElement.LocalName -replace 'ResourceCreated', 'EndpointReference'; [System.IO.File]::Delete($file)
(Get-WSManInstance winrm/config/plugin @at -SelectorSet @{ Name = 'uid' }).Name
Remove-WSManInstance 'winrm/config/plugin?Name=uid' @at
@(Get-WSManInstance winrm/config/plugin @at -Enumerate | Where-Object { $_.Name -match 'uid|PowerShell.7' }).Count`))
	assert.Contains(t, c.one(t, `Remove-WSManInstance winrm/config/plugin -SelectorSet @{ Name = 'uid' } @at`), "ERROR WsManError,Remove-WSManInstance: ")
	assert.Contains(t, c.one(t, `New-WSManInstance winrm/config/listener -SelectorSet @{ Address = 'nowhere'; Transport = 'HTTP' } -ValueSet @{ Port = '1'; Hostname = $null; Enabled = $true } @at`), "ERROR WsManError,New-WSManInstance: ")
	assert.Contains(t, c.one(t, `Invoke-WSManAction Nosuch shell @at -ValueSet @{ a = 1 }`), "ERROR WsManError,Invoke-WSManAction: The action ")
}

// TestModuleConfiguration: session configurations of this machine, through winrmd
// configuration, and of a server, through winrm/config/plugin, come to the same.
func TestModuleConfiguration(t *testing.T) {
	t.Parallel()
	d := server(t, administrators)
	path, err := program()
	daemon.Need(t, err)
	c := startModule(t, d.HTTP, "WINRMD="+path, "WINRMD_STATE="+d.State())
	const everybody = `BUILTIN\Administrators AccessAllowed, NT AUTHORITY\Authenticated Users AccessAllowed`
	expected := []string{
		"registered Container Name=Test Test",
		"ERROR PSSessionConfigurationError,Register-PSSessionConfiguration",
		"Test true 172800000 259200000 Drop 2147483647",
		"Test true 345600000 604800000 Drop 2147483647",
		"ERROR PSSessionConfigurationError,Set-PSSessionConfiguration",
		"set psmaximumreceivedobjectsizemb", "set sessionconfigurationdata",
		"Test true 345600000 604800000 Drop 3",
		"12 one,two http://schemas.microsoft.com/powershell/Test Shell en-US",
		"Test false 345600000 604800000 Drop 3",
		"Test true 345600000 604800000 Drop 3",
		`false NT AUTHORITY\NETWORK AccessDenied, ` + everybody,
		"true " + everybody,
		`true BUILTIN\Administrators AccessAllowed`,
		"again test",
		"Test true 172800000 259200000 Drop 2147483647",
		`What if: Performing the operation "Unregister-PSSessionConfiguration" on target "Name: Test".`,
		"Test true 172800000 259200000 Drop 2147483647",
		"all: Microsoft.PowerShell PowerShell.7 Test",
		"ERROR PSSessionConfigurationNotFound,Get-PSSessionConfiguration",
		"ERROR PSSessionConfigurationNotFound,Unregister-PSSessionConfiguration",
		"ERROR PSSessionConfigurationNotFound,Enable-PSSessionConfiguration",
		"ERROR PSSessionConfigurationError,Set-PSSessionConfiguration",
	}
	for _, where := range []string{`$where = @{}`, `$where = $at`} {
		got := c.run(t, where+"\n"+script(t, "configuration.ps1"))
		require.Len(t, got, len(expected), where)
		for i, line := range got {
			assert.Contains(t, line, expected[i], where)
		}
		assert.Equal(t, []string{"Opened Available 172800000 Drop"}, c.run(t, `
$s = New-PSSession @at -ConfigurationName Test; $s | detail; Remove-PSSession $s`), "the server has it")
		assert.Empty(t, c.run(t, `Unregister-PSSessionConfiguration Test @where`))
	}
	assert.Contains(t, c.one(t, `Get-PSSessionConfiguration -State /nosuch`), "ERROR PSSessionConfigurationError,Get-PSSessionConfiguration: There is no directory /nosuch.")
	assert.Contains(t, c.one(t, `Get-PSSessionConfiguration -WinRMDPath /nosuch`), "There is no program /nosuch.")
	assert.Contains(t, c.one(t, `Register-PSSessionConfiguration UI -ShowSecurityDescriptorUI`), "-SecurityDescriptorSddl")
}

// TestModuleInstall: the library comes beside PowerShell, goes, and works there.
func TestModuleInstall(t *testing.T) {
	t.Parallel()
	original, err := unixHost()
	daemon.Need(t, err)
	client, err := library()
	daemon.Need(t, err)
	directory := filepath.Join(t.TempDir(), "pwsh")
	require.NoError(t, link(directory, filepath.Dir(original)))
	modules, err := filepath.Abs(filepath.Dir(moduleDirectory))
	require.NoError(t, err)
	run := func(text string) string {
		command := exec.Command(filepath.Join(directory, filepath.Base(original)), "-Command", text)
		command.Env = append(os.Environ(), "PSModulePath="+modules, "PSExecutionPolicyPreference=Bypass",
			"WINRMD_TEST_LIBRARY="+client, "PSHOST_WSMAN_CLIENT=", "WINRMD_CLIENT_LIBRARY=", "LD_LIBRARY_PATH=")
		output, _ := command.CombinedOutput() // it fails where a script has errors
		return string(output)
	}
	target := filepath.Join(directory, "libpsrpclient.so")
	output := run(script(t, "install.ps1"))
	for _, text := range []string{
		`What if: Performing the operation "Install the client library" on target "` + target + `".`,
		"there: False\nInstalled False\nUnchanged False\nRemoved False\nUnchanged False\nthere: False\nReplaced True\nReplaced True\n",
		"Restored False\nanother",
	} {
		assert.Contains(t, output, text)
	}
	assert.Contains(t, run(`Install-WinRMDClient "$PSHOME/libpsrpclient.so"`), "WinRMDClientNotFound")
	assert.Contains(t, run(`Install-WinRMDClient $env:WINRMD_TEST_LIBRARY -Destination /nosuch`), "WinRMDClientNoDirectory")
	assert.Contains(t, run(`Install-WinRMDClient $env:WINRMD_TEST_LIBRARY -Destination /sys/kernel`), "WinRMDClientNotPermitted,Install-WinRMDClient: It is not permitted to write in /sys/kernel")
	assert.Contains(t, run(`Install-WinRMDClient $env:WINRMD_TEST_LIBRARY | ForEach-Object Action`), "Replaced")
	d := server(t, "")
	assert.Equal(t, "42\nwinrmd\n", run(`Import-Module WinRMD`+login(t, d.HTTP)+`
Invoke-Command @at { 6 * 7 }; (Test-WSMan $at.ComputerName -Port $at.Port).ProductVendor`))
}
