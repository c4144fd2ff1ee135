//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// leftSessions are disconnected sessions, one without a command and one with.
const leftSessions = `
$null = New-PSSession @at -Name connect -SessionOption $left | Disconnect-PSSession
$null = Invoke-Command @at -InDisconnectedSession -SessionName receive -SessionOption $left { 1 }`

// TestVariableAtConnect: the variable $PSSessionOption is for sessions that are
// made. The cmdlets connect to a session with what its server says of it, and only
// the parameter of Connect-PSSession is another word: see TestSessionOptions.
func TestVariableAtConnect(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	assert.Empty(t, here.run(t, `$left = New-PSSessionOption -IdleTimeout 480000 -OutputBufferingMode Drop`+leftSessions))
	assert.Empty(t, there.run(t, `$PSSessionOption = New-PSSessionOption -IdleTimeout 120000 -OutputBufferingMode Block`))
	assert.Equal(t, "Opened Available 480000 Drop", there.one(t, `Connect-PSSession @at -Name connect | detail`))
	assert.Equal(t, "1", there.one(t, `Receive-PSSession @at -Name receive`))
	for _, name := range []string{"connect", "receive"} {
		assert.Equal(t, "Connected PT480.000S Drop", here.one(t, atServer(name)))
	}
	there.eventually(t, `Get-PSSession -Name receive | detail`, "Opened Available 480000 Drop")
}

// TestModuleOptionsAtConnect: with the module, -SessionOption of both commands
// changes the session's mode and not its idle timeout.
func TestModuleOptionsAtConnect(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	here, there := startModule(t, d.HTTP), startModule(t, d.HTTP)
	// PowerShell's New-PSSessionOption for Linux has no parameters for these.
	const options = `function options($idle, $mode) { $o = New-PSSessionOption; $o.IdleTimeout = [timespan]::FromMilliseconds($idle); $o.OutputBufferingMode = $mode; $o }
`
	assert.Empty(t, here.run(t, options+`$left = options 480000 Drop`+leftSessions))
	assert.Empty(t, there.run(t, options+`$other = options 120000 Block`))
	assert.Equal(t, "Disconnected PT480.000S Drop", here.one(t, atServer("connect")))
	assert.Equal(t, "Disconnected PT480.000S Drop", here.one(t, atServer("receive")))
	assert.Equal(t, "connect Opened Available", there.one(t, `Connect-PSSession @at -Name connect -SessionOption $other | show`))
	assert.Equal(t, "Connected PT480.000S Block", here.one(t, atServer("connect")))
	assert.Equal(t, "1", there.one(t, `Receive-PSSession @at -Name receive -SessionOption $other`))
	assert.Equal(t, "Connected PT480.000S Block", here.one(t, atServer("receive")))
}
