//go:build linux

package cmdlets

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
)

// TestTwoServers: a list has the sessions that end at that server, and without a
// computer those of this process.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	first, second := server(t, ""), server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, first.HTTP)+`; $one = $at`+login(t, second.HTTP)+`; $two = $at`))
	assert.Equal(t, []string{"a Opened Available", "b Opened Available"}, c.run(t, `New-PSSession @one -Name a | show; New-PSSession @two -Name b | show`))
	assert.Equal(t, []string{"a Opened Available", "b Opened Available"}, c.run(t, `Get-PSSession | show`))
	other := startClient(t, windowsHost)
	assert.Empty(t, other.run(t, login(t, first.HTTP)+`; $one = $at`+login(t, second.HTTP)+`; $two = $at`))
	assert.Empty(t, other.run(t, `Get-PSSession | show`))
	assert.Equal(t, []string{"a Disconnected Busy"}, other.run(t, `Get-PSSession @one | show`))
	assert.Equal(t, []string{"b Disconnected Busy"}, other.run(t, `Get-PSSession @two | show`))
}

// TestHTTPS: the same over TLS, and what is said of a certificate that nobody
// knows.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTPS)))
	for _, authentication := range []string{"Basic", "Negotiate"} {
		for _, operation := range []string{"New-PSSession, Disconnect-PSSession", "Connect-PSSession", "Invoke-Command, Remove-PSSession"} {
			matrix.Ran(t, "PowerShell cmdlets, Windows build", operation, "HTTPS, "+authentication)
		}
		assert.Equal(t, []string{"Opened Available 7200000 Block", "Disconnected None 7200000 Block", "Opened Available 7200000 Block", "5"}, c.run(t, `
$s = New-PSSession @at -Authentication `+authentication+`; $s | detail
Invoke-Command $s { $x = 5 }
Disconnect-PSSession $s | detail
Connect-PSSession $s | detail
Invoke-Command $s { $x }
Remove-PSSession $s`), authentication)
	}
	assert.Contains(t, c.one(t, `$at.SessionOption = New-PSSessionOption -SkipCNCheck; New-PSSession @at`), "ERROR 12175,PSSessionOpenFailed")
	assert.Equal(t, "no error", c.one(t, `$at.ComputerName = 'localhost'; $at.SessionOption = New-PSSessionOption -SkipCACheck; $s = New-PSSession @at; 'no error'`), "its name is right")
}

// TestErrors: what the cmdlets say where a session cannot be had.
func TestErrors(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)+`; $once = New-PSSessionOption -MaxConnectionRetryCount 0`))
	for _, row := range []struct{ script, id, text string }{
		{`New-PSSession @at -Authentication Basic`, "-2144108322,PSSessionOpenFailed", "Unencrypted traffic is currently disabled in the client configuration."},
		{`New-PSSession @at -Authentication Digest`, "InvalidAuthentication,PSSessionOpenFailed", "not supported by the server"},
		{`New-PSSession @at -ConfigurationName nosuch`, "InvalidResourceUri,PSSessionOpenFailed", "nosuch"},
		{`$at.Port = 1; New-PSSession @at -SessionOption $once`, "CannotConnect,PSSessionOpenFailed", "The client cannot connect to the destination"},
		{`New-PSSession -ComputerName nosuchhost.invalid -Credential $credential -SessionOption $once`, "ComputerNotFound,PSSessionOpenFailed", "the server name cannot be resolved"},
		{strings.Replace(login(t, d.HTTP), "a pass:word", "wrong", 1) + `; New-PSSession @at`, "AccessDenied,PSSessionOpenFailed", "Access is denied."},
	} {
		line := c.one(t, row.script)
		assert.True(t, strings.HasPrefix(line, "ERROR "+row.id), "%s: %s", row.script, line)
		assert.Contains(t, line, row.text)
	}
}

// TestData: much of it both ways, in clear and sealed, compressed and not.
func TestData(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)))
	for _, option := range []string{"-NoCompression", "-UseUTF16", ""} {
		assert.Equal(t, []string{"3000000", "2000000", "6000", "True"}, c.run(t, `
$s = New-PSSession @at -SessionOption (New-PSSessionOption `+option+`)
(Invoke-Command $s { 'y' * 3000000 }).Length
Invoke-Command $s { param($x) $x.Length } -ArgumentList ('z' * 2000000)
(1..3000 | Invoke-Command $s { process { $_; "$_" } }).Count
$bytes = [byte[]]::new(1000000); [System.Random]::new(1).NextBytes($bytes)
$back = Invoke-Command $s { param($b) , $b } -ArgumentList (, $bytes)
[System.Convert]::ToBase64String($bytes) -eq [System.Convert]::ToBase64String($back)
Remove-PSSession $s`), option)
	}
}

// TestStop: a command that is stopped leaves a session that goes on.
func TestStop(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)))
	assert.Equal(t, []string{"Stopped", "still"}, c.run(t, `
$s = New-PSSession @at
$j = Invoke-Command $s -AsJob { 'begun'; Start-Sleep 1000 }
begun $j
Stop-Job $j; $j.State
Invoke-Command $s { 'still' }`))
}

// TestEnter: nobody disconnects a session from inside of it. What is typed after
// Enter-PSSession runs at the server, where no session of that name is known, or, in
// an engine for Linux that has not been given the module, no such command.
func TestEnter(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	matrix.Ran(t, "PowerShell cmdlets, Windows build", "Enter-PSSession, Exit-PSSession", "HTTP, Negotiate")
	module, err := filepath.Abs(moduleDirectory)
	require.NoError(t, err)
	assert.Equal(t, "in Opened Available", here.one(t, `$s = New-PSSession @at -Name in; Enter-PSSession $s; $s | show`))
	assert.Equal(t, "True True", here.one(t, `"$($host.IsRunspacePushed) $([object]::ReferenceEquals($host.Runspace, $s.Runspace))"`), "what is typed goes there")
	assert.Contains(t, here.one(t, `Invoke-Command $s { Disconnect-PSSession -Name in }`), "ERROR CommandNotFoundException: The term 'Disconnect-PSSession' ")
	assert.Contains(t, here.one(t, `$module = '`+module+`'; Invoke-Command $s { Import-Module $using:module; Disconnect-PSSession -Name in }`),
		"ERROR RemoteRunspaceNotAvailableForSpecifiedName,")
	assert.Empty(t, here.run(t, `Invoke-Command $s { Get-PSSession | Disconnect-PSSession }`), "there is none")
	assert.Equal(t, "Connected PT7200.000S Block", there.one(t, atServer("in")))
	// The genuine cmdlet itself does not mind: where somebody runs it in the
	// client, the session is disconnected, and what is typed goes nowhere.
	assert.Equal(t, "in Disconnected None", here.one(t, `Disconnect-PSSession $s | show`), "by the client, not by what is typed")
	assert.Equal(t, "in Opened Available", here.one(t, `Connect-PSSession $s | show`))
	assert.Equal(t, "in Opened Available", here.one(t, `Exit-PSSession; $s | show`))
	assert.Equal(t, "False", here.one(t, `"$($host.IsRunspacePushed)"`))
	assert.Equal(t, "in Disconnected None", here.one(t, `Disconnect-PSSession $s | show`), "from outside")
	assert.Equal(t, "Disconnected PT7200.000S Block", there.one(t, atServer("in")))
}
