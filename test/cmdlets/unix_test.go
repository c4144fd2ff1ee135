//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/test/matrix"
)

// connection makes a WSManConnectionInfo, which is what PowerShell's Runspace API
// has in place of the cmdlets that its Unix build lacks.
const connection = `
$info = [System.Management.Automation.Runspaces.WSManConnectionInfo]::new(
    [uri] "http://$($at.ComputerName):$($at.Port)/wsman", 'http://schemas.microsoft.com/powershell/Microsoft.PowerShell', $at.Credential)
$info.AuthenticationMechanism = 'Negotiate'
function invoke($runspace, $script) {
    $shell = [powershell]::Create(); $shell.Runspace = $runspace; $null = $shell.AddScript($script); $shell.Invoke()
}`

// TestUnix: the Unix build of the engine as the client, by its own cmdlets and by
// the Runspace API.
func TestUnix(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	matrix.Ran(t, "PowerShell cmdlets, Unix build", "New-PSSession, Invoke-Command, Remove-PSSession", "HTTP, Negotiate")
	matrix.Ran(t, "PowerShell cmdlets, Unix build", "Runspace.Disconnect, Connect, from another client too", "HTTP, Negotiate")
	matrix.Ran(t, "PowerShell cmdlets, Unix build", "Invoke-Command", "HTTPS, Basic")
	here, there := startClient(t, unixHost), startClient(t, unixHost)
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)+connection))
	}
	assert.Equal(t, []string{"one Opened Available", "42", "300"}, here.run(t, `
$s = New-PSSession @at -Name one; $s | show
Invoke-Command $s { 6 * 7 }
(1..300 | Invoke-Command $s { process { $_ } }).Count
Remove-PSSession $s`))
	assert.Equal(t, []string{"Disconnected", "Opened", "5", "Disconnected"}, here.run(t, `
$r = [runspacefactory]::CreateRunspace($info); $r.Open(); invoke $r '$x = 5'
$r.Disconnect(); $r.RunspaceStateInfo.State
$r.Connect(); $r.RunspaceStateInfo.State
invoke $r '$x'
$r.Disconnect(); $r.RunspaceStateInfo.State`))
	assert.Equal(t, []string{"Disconnected None", "Opened", "5"}, there.run(t, `
$r = [System.Management.Automation.Runspaces.Runspace]::GetRunspaces($info)[0]
"$($r.RunspaceStateInfo.State) $($r.RunspaceAvailability)"
$r.Connect(); $r.RunspaceStateInfo.State
invoke $r '$x'
$r.Close()`))
	assert.Contains(t, here.one(t, `New-PSSession @at -Authentication Basic`), "Basic authentication is not supported over HTTP on Unix.")
	assert.Empty(t, there.run(t, login(t, d.HTTPS)))
	assert.Equal(t, []string{"42"}, there.run(t, `Invoke-Command @at -Authentication Basic { 6 * 7 }`))
}
