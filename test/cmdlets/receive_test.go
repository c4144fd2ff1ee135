//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/test/matrix"
)

// TestReceiveAfterConnect: a session can be connected first, and what its command
// has put out meanwhile be received after that; once.
func TestReceiveAfterConnect(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	matrix.Ran(t, "PowerShell cmdlets, Windows build", "Invoke-Command -InDisconnectedSession, Receive-PSSession", "HTTP, Negotiate")
	file := t.TempDir() + "/go"
	assert.Empty(t, there.run(t, `function signal { [System.IO.File]::WriteAllText('`+file+`', '') }`))
	begin := func(name string) {
		t.Helper()
		assert.Equal(t, name+" Disconnected None", here.one(t, `$file = '`+file+`'
Invoke-Command @at -InDisconnectedSession -SessionName `+name+` { 'begun'; `+untilFile("$using:file")+`; 'done' } | show`))
	}
	begin("ended")
	assert.Equal(t, "ended Opened Busy", there.one(t, `$s = Connect-PSSession @at -Name ended; $s | show`))
	assert.Empty(t, there.run(t, `signal`))
	assert.Equal(t, []string{"begun", "done"}, there.run(t, `Receive-PSSession $s`))
	there.eventually(t, `$s | show`, "ended Opened Available")
	assert.Empty(t, there.run(t, `Receive-PSSession $s`), "once")
	assert.Equal(t, "7", there.one(t, `Invoke-Command $s { 7 }; Remove-PSSession $s`))

	for _, script := range []string{
		`Get-PSSession @at | Receive-PSSession`,
		`Receive-PSSession -InstanceId (Get-PSSession @at).InstanceId @at`,
		`$l = Get-PSSession @at | Connect-PSSession; Receive-PSSession -Id $l.Id`,
		`$l = Get-PSSession @at | Connect-PSSession; Receive-PSSession -Name $l.Name -OutTarget Job | Wait-Job | Receive-Job`,
	} {
		begin("other")
		assert.Equal(t, []string{"begun", "done"}, there.run(t, script), script)
		assert.Empty(t, there.run(t, `Get-PSSession | Remove-PSSession; Get-PSSession @at`))
	}
}
