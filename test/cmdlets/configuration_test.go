//go:build linux

package cmdlets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/test/daemon"
)

// atConfiguration is a server with the session configuration of the document, which
// the module's Register-PSSessionConfiguration makes at the server's machine, and
// two genuine clients: Windows' own commands for configurations want a Windows.
func atConfiguration(t *testing.T) (machine, here, there *client) {
	t.Helper()
	d := server(t, "")
	path, err := program()
	daemon.Need(t, err)
	machine = startModule(t, d.HTTP, "WINRMD="+path, "WINRMD_STATE="+d.State())
	assert.Equal(t, "Test", machine.one(t, `
$t = New-PSTransportOption -IdleTimeoutSec 172800 -MaxIdleTimeoutSec 259200 -OutputBufferingMode Drop
Register-PSSessionConfiguration -Name Test -TransportOption $t -WarningAction Ignore | ForEach-Object Name`))
	here, there = startClient(t, windowsHost), startClient(t, windowsHost)
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)+`; $test = @{ ConfigurationName = 'Test' }`))
	}
	return machine, here, there
}

// TestDocumentConfiguration follows what about_Remote_Disconnected_Sessions says of
// session configurations: New-PSTransportOption with Register- and
// Set-PSSessionConfiguration, and what a session then has.
func TestDocumentConfiguration(t *testing.T) {
	t.Parallel()
	machine, here, there := atConfiguration(t)
	assert.Equal(t, "172800 259200 Drop", here.one(t, `
$t = New-PSTransportOption -IdleTimeoutSec 172800 -MaxIdleTimeoutSec 259200 -OutputBufferingMode Drop
"$($t.IdleTimeoutSec) $($t.MaxIdleTimeoutSec) $($t.OutputBufferingMode)"`), "the genuine one")
	assert.Equal(t, "Opened Available 172800000 Drop", here.one(t, `$s = New-PSSession @at @test -Name one; $s | detail`))
	assert.Contains(t, here.one(t, `New-PSSession @at @test -SessionOption (New-PSSessionOption -IdleTimeout 345600000)`), "ERROR ", "above the greatest")
	assert.Contains(t, here.one(t, `Disconnect-PSSession $s -IdleTimeoutSec 345600`), "ERROR CannotDisconnectSessionWithInvalidIdleTimeout,")
	assert.Equal(t, "Disconnected None 259200000 None", here.one(t, `Disconnect-PSSession $s -IdleTimeoutSec 259200 | detail`),
		"the greatest; that the cmdlet was told no mode is what its object shows, and no change at the server: see below")

	assert.Empty(t, machine.run(t, `Set-PSSessionConfiguration -Name Test -WarningAction Ignore -TransportOption (New-PSTransportOption -MaxIdleTimeoutSec 604800 -IdleTimeoutSec 345600 -OutputBufferingMode Block)`))
	assert.Equal(t, "Opened Available 345600000 Block", there.one(t, `New-PSSession @at @test -Name two | detail`), "one that is made then")
	assert.Equal(t, "Opened Available 604800000 Block", there.one(t, `New-PSSession @at @test -Name three -SessionOption (New-PSSessionOption -IdleTimeout 604800000) | detail`))
	assert.Equal(t, "Disconnected None 259200000 Drop", there.one(t, `Get-PSSession @at -Name one | detail`), "one that was there")
	assert.Equal(t, "Opened Available 259200000 Drop", there.one(t, `Connect-PSSession @at -Name one | detail`), "and stays so")
}

// TestOptionPrecedence: -SessionOption wins over $PSSessionOption, and that over the
// configuration, at New-PSSession as at Invoke-Command; each setting for itself.
func TestOptionPrecedence(t *testing.T) {
	t.Parallel()
	_, here, there := atConfiguration(t)
	commands := []struct{ name, script, state string }{
		{"New", `New-PSSession @at @test -Name %`, "Opened Available "},
		{"Invoke", `Invoke-Command @at @test -InDisconnectedSession -SessionName % { 1 }`, "Disconnected None "},
	}
	for i, row := range []struct{ variable, parameter, want, server string }{
		{"", "", "172800000 Drop", "PT172800.000S Drop"},
		{"-IdleTimeout 360000 -OutputBufferingMode Block", "", "360000 Block", "PT360.000S Block"},
		{"-IdleTimeout 360000", "", "360000 Drop", "PT360.000S Drop"},
		{"-OutputBufferingMode Block", "", "172800000 Block", "PT172800.000S Block"},
		{"", "-IdleTimeout 420000 -OutputBufferingMode Block", "420000 Block", "PT420.000S Block"},
		{"-IdleTimeout 360000 -OutputBufferingMode Drop", "-IdleTimeout 420000 -OutputBufferingMode Block", "420000 Block", "PT420.000S Block"},
	} {
		if i > 0 { // the first has the variable as PowerShell makes it
			assert.Empty(t, here.run(t, `$PSSessionOption = New-PSSessionOption `+row.variable))
		}
		for _, command := range commands {
			name := command.name + string(rune('0'+i))
			text := strings.Replace(command.script, "%", name, 1)
			if row.parameter != "" {
				text += ` -SessionOption (New-PSSessionOption ` + row.parameter + `)`
			}
			assert.Equal(t, command.state+row.want, here.one(t, `$r = `+text+`; $r | detail`), name)
			assert.Regexp(t, ` `+row.server+`$`, there.one(t, atServer(name)), "what the server says of "+name)
		}
	}
}
