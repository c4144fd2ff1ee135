//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestModuleDocument follows about_Remote_Disconnected_Sessions as TestDocument
// does, in PowerShell for Linux.
func TestModuleDocument(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	here, there := startModule(t, d.HTTP), startModule(t, d.HTTP)
	const list = `Get-PSSession @at -Name ITTask | show`

	assert.Equal(t, "ITTask Opened Available", here.one(t, `$s = New-PSSession @at -Name ITTask; $s | show`))
	assert.Equal(t, "ITTask Opened Available", here.one(t, list), "in the first")
	assert.Equal(t, "ITTask Disconnected Busy", there.one(t, list), "in the second, while the first has it")
	assert.Empty(t, there.run(t, `Get-PSSession | show`), "without a computer: of this process")
	assert.Equal(t, "ITTask Disconnected None", here.one(t, `Get-PSSession @at -Name ITTask | Disconnect-PSSession | show`))
	assert.Equal(t, "ITTask Disconnected None", there.one(t, list))
	assert.Equal(t, "ITTask Opened Available", there.one(t, `Get-PSSession @at -Name ITTask | Connect-PSSession | show`))
	assert.Equal(t, "ITTask Opened Available", there.one(t, list))
	assert.Equal(t, "ITTask Opened Available", there.one(t, `Get-PSSession | show`), "it is one of this process now")
	assert.Equal(t, "ITTask Disconnected Busy", here.one(t, list), "after the second connected it")
	assert.Equal(t, []string{"Disconnected None 1000000 Drop"}, there.run(t, `Disconnect-PSSession -Name ITT* -IdleTimeoutSec 1000 -OutputBufferingMode Drop | detail`))
	assert.Equal(t, "Disconnected PT1000.000S Drop", here.one(t, `Get-WSManInstance shell -Enumerate @at | ForEach-Object { "$($_.State) $($_.IdleTimeOut) $($_.BufferMode)" }`), "the server knows it")
	assert.Equal(t, "ITTask Opened Available", here.one(t, `Connect-PSSession $s | show`), "by the object from before")
	assert.Equal(t, "ITTask Opened Available", here.one(t, `$s | show`))
	assert.Equal(t, "42", here.one(t, `Invoke-Command $s { 6 * 7 }`))
	assert.Equal(t, "ITTask Opened Available", here.one(t, `Get-PSSession | show`), "once")
	assert.Equal(t, "ITTask Disconnected None", here.one(t, `Disconnect-PSSession -Id $s.Id | show`))
	assert.Equal(t, "ITTask Opened Available", there.one(t, `Connect-PSSession @at -Name ITTask | show`), "by name")
	assert.Equal(t, "ITTask Disconnected None", there.one(t, `Disconnect-PSSession -InstanceId (Get-PSSession).InstanceId | show`))
	assert.Equal(t, "ITTask Opened Available", there.one(t, `Connect-PSSession @at -InstanceId '`+here.one(t, `$s.InstanceId`)+`' | show`))
	assert.Empty(t, there.run(t, `Get-PSSession | Remove-PSSession; Get-PSSession @at`))
}

// TestModuleMany: several sessions at once, and by URI over TLS.
func TestModuleMany(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	here, there := startModule(t, d.HTTP), startModule(t, d.HTTPS)
	assert.Equal(t, []string{"a Disconnected None", "b Disconnected None", "c Disconnected None"}, here.run(t, `
$null = foreach ($name in 'a', 'b', 'c') { New-PSSession @at -Name $name }
Get-PSSession | Disconnect-PSSession -ThrottleLimit 2 | Sort-Object Name | show`))
	assert.Equal(t, []string{"a Opened Available", "b Opened Available", "c Opened Available"}, there.run(t, `
$uri = @{ ConnectionUri = "https://$($at.ComputerName):$($at.Port)/wsman"; Credential = $credential; SessionOption = $at.SessionOption }
Connect-PSSession @uri | Sort-Object Name | show`))
	assert.Equal(t, []string{"b Disconnected None", "b Opened Available", "b Opened Available"}, there.run(t, `
$b = Get-PSSession -Name b; $b | Disconnect-PSSession | show
$at.SessionOption.OutputBufferingMode = 'Drop'
Connect-PSSession @at -Name b | show
Connect-PSSession $b | show`))
	assert.Empty(t, there.run(t, `Get-PSSession @at -State Opened | Remove-PSSession; Get-PSSession @at`))
}

// TestModuleReceive: a command is left running, and somebody comes back for what it
// has done. Whether that begins with what the first has seen depends on whether it
// could tell the server so.
func TestModuleReceive(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	here, there := startModule(t, d.HTTP), startModule(t, d.HTTP)
	leave := `
$s = New-PSSession @at -Name Left
$j = Invoke-Command $s -AsJob { param($file) 'first'; ` + untilFile("$file") + `; 'last'; Write-Error 'wrong' } -ArgumentList `
	const left = `
begun $j
$null = Receive-Job $j
Disconnect-PSSession $s | show; $j.State`

	file := t.TempDir() + "/a"
	assert.Equal(t, []string{"Left Disconnected None", "Disconnected"}, here.run(t, leave+`'`+file+`'`+left))
	assert.Equal(t, []string{"Left Opened Busy", "RemoteJob Running True"}, there.run(t, `
$got = Receive-PSSession @at -Name Left -OutTarget Job -JobName Back
Get-PSSession | show
"$($got.PSJobTypeName) $($got.State) $($got.HasMoreData)"`), "as a job")
	assert.Equal(t, []string{"Back Running", "Disconnected", "Back", "Running"}, there.run(t, `
Get-Job | ForEach-Object { "$($_.Name) $($_.State)" }
$null = Get-PSSession | Disconnect-PSSession; $got.State
$same = Receive-PSSession (Get-PSSession); $same.Name; $got.State`), "and as the same job again")
	assert.Equal(t, []string{"last", "ERROR Microsoft.PowerShell.Commands.WriteErrorException,Microsoft.PowerShell.Commands.WriteErrorCmdlet: wrong", "Completed False"},
		there.run(t, `[System.IO.File]::WriteAllText('`+file+`', '')
$null = Wait-Job $got; Receive-Job $got | Where-Object { "$_" -ne 'first' }; "$($got.State) $($got.HasMoreData)"`))
	assert.Equal(t, []string{"Left Opened Available", "still"}, there.run(t, `
$s = Get-PSSession; await { $s.Availability -eq 'Available' }; $s | show
Invoke-Command $s { 'still' }; Remove-PSSession $s`))

	file += "b"
	assert.Equal(t, []string{"Left Disconnected None", "Disconnected"}, here.run(t, leave+`'`+file+`'`+left))
	assert.ElementsMatch(t, []string{"last 127.0.0.1 True", "ERROR Microsoft.PowerShell.Commands.WriteErrorException,Microsoft.PowerShell.Commands.WriteErrorCmdlet: wrong"},
		there.run(t, `[System.IO.File]::WriteAllText('`+file+`', '')
Receive-PSSession @at -Name Left | Where-Object { "$_" -ne 'first' } | ForEach-Object { "$_ $($_.PSComputerName) $($_.RunspaceId -eq (Get-PSSession).InstanceId)" }`), "to the host")
	assert.Empty(t, there.run(t, `Receive-PSSession (Get-PSSession); Get-PSSession | Remove-PSSession`), "there is no more")

	file += "c"
	assert.Equal(t, []string{"Left Disconnected None", "Disconnected"}, here.run(t, leave+`'`+file+`'`+left))
	assert.Equal(t, []string{"True", "Running", "last", "Completed"}, here.run(t, `
$again = Receive-PSSession $s; [object]::ReferenceEquals($again, $j); $j.State
[System.IO.File]::WriteAllText('`+file+`', '')
$null = Wait-Job $j; Receive-Job $j -ErrorAction Ignore; $j.State; Remove-PSSession $s`), "in the same PowerShell: its job")
}

// TestModuleKilled: a client is killed with a command running.
func TestModuleKilled(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	here, there := startModule(t, d.HTTP), startModule(t, d.HTTP)
	file := t.TempDir() + "/killed"
	assert.Equal(t, "Dis Disconnected None", here.one(t, `
$s = Invoke-Command @at -InDisconnectedSession -SessionName Dis { param($file) 'first'; `+untilFile("$file")+`; 'last' } -ArgumentList '`+file+`'
$s | show`))
	here.kill(t)
	assert.Equal(t, []string{"first", "last", "Dis Opened Available"}, there.run(t, `[System.IO.File]::WriteAllText('`+file+`', '')
Receive-PSSession @at -Name Dis
$s = Get-PSSession; await { $s.Availability -eq 'Available' }; $s | show
Remove-PSSession $s`))
}

// TestModuleErrors: what the commands say.
func TestModuleErrors(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startModule(t, d.HTTP)
	assert.Empty(t, c.run(t, `$s = New-PSSession @at -Name One`))
	assert.Equal(t, []string{`What if: Performing the operation "Disconnect" on target "One".`, "One Opened Available"}, c.run(t, `$s | Disconnect-PSSession -WhatIf; $s | show`))
	for _, row := range []struct{ script, id, text string }{
		{`Disconnect-PSSession $s -IdleTimeoutSec 10`, "CannotDisconnectSessionWithInvalidIdleTimeout,", "value 10 (seconds) is either greater than the server maximum allowed 2147483 (seconds), or less than the minimum allowed 60 (seconds)"},
		{`Disconnect-PSSession -Name nosuch`, "RemoteRunspaceNotAvailableForSpecifiedName,", "nosuch"},
		{`Connect-PSSession -Id 12345`, "RemoteRunspaceNotAvailableForSpecifiedSessionId,", "12345"},
		{`Receive-PSSession @at -Name nosuch`, "PSSessionNameMatchFail,", "nosuch"},
		{`Connect-PSSession -ComputerName $at.ComputerName -Port 1 -Credential $credential`, "RemotePSSessionQueryFailed,", "cannot connect to the destination"},
		{`Receive-PSSession $s -OutTarget Job`, "ReceivePSSessionNoCommand,", "no command in the session One"},
		{`Remove-PSSession $s; Disconnect-PSSession $s`, "CannotDisconnectSessionWhenNotOpened,", `Cannot disconnect PSSession "One"`},
		{`Connect-PSSession $s`, "PSSessionConnectFailed,", `Cannot connect PSSession "One"`},
		{`Receive-PSSession $s`, "ReceivePSSessionCannotConnectSession,", `Cannot connect PSSession "One"`},
	} {
		line := c.one(t, row.script)
		assert.Contains(t, line, "ERROR "+row.id, row.script)
		assert.Contains(t, line, row.text)
	}
	assert.Contains(t, c.one(t, `
$s = New-PSSession @at -Name Gone; $null = Disconnect-PSSession $s
Remove-WSManInstance shell @at -SelectorSet @{ ShellId = $s.InstanceId }
Connect-PSSession $s`), "ERROR CannotConnectTargetSessionDoesNotExist,PSSessionConnectFailed,", "somebody has removed it")
}
