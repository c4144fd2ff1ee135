//go:build linux

package cmdlets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// pair is a server and two clients that can log on to it.
func pair(t *testing.T, settings ...string) (here, there *client) {
	t.Helper()
	d := server(t, strings.Join(settings, "\n"))
	here, there = startClient(t, windowsHost), startClient(t, windowsHost)
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)))
	}
	return here, there
}

// atServer shows what the server says of a session, whatever the client knows.
func atServer(name string) string {
	return `Get-WSManInstance @at shell -Enumerate | Where-Object Name -EQ ` + name +
		` | ForEach-Object { "$($_.State) $($_.IdleTimeOut) $($_.BufferMode)" }`
}

// TestDisconnectOptions: what Disconnect-PSSession is told is what the server
// keeps, and shows to others.
func TestDisconnectOptions(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	assert.Equal(t, "Opened Available 7200000 Block", here.one(t, `$s = New-PSSession @at -Name one; $s | detail`))
	assert.Equal(t, "Disconnected None 240000 Drop", here.one(t, `Disconnect-PSSession $s -IdleTimeoutSec 240 -OutputBufferingMode Drop | detail`))
	assert.Equal(t, "Disconnected None 240000 Drop", there.one(t, `Get-PSSession @at | detail`))
	assert.Equal(t, "Opened Available 240000 Drop", there.one(t, `Connect-PSSession @at -Name one | detail`), "by name, from another process")
	assert.Empty(t, there.run(t, `Get-PSSession | Remove-PSSession`))
	assert.Empty(t, here.run(t, `Get-PSSession @at -State All | Where-Object { $_.Id -ne $s.Id } | show`), "removed at the server")
}

// TestInDisconnectedSession starts a command and leaves it to another process.
func TestInDisconnectedSession(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	assert.Equal(t, "task Disconnected None", here.one(t, `Invoke-Command @at -InDisconnectedSession -SessionName task { 1; Start-Sleep -Milliseconds 300; 2; 3 } | show`))
	assert.Equal(t, []string{"1", "2", "3"}, there.run(t, `Receive-PSSession @at -Name task`))
	there.eventually(t, `Get-PSSession -Name task | show`, "task Opened Available")
	assert.Equal(t, "task Disconnected Busy", here.one(t, `Get-PSSession @at -Name task | show`))
	assert.Equal(t, []string{"4"}, there.run(t, `Invoke-Command (Get-PSSession -Name task) { 4 }`))
}

// TestReceiveTargets: what a command put out goes to the host or into a job.
func TestReceiveTargets(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	begin := `$d = Invoke-Command @at -InDisconnectedSession -SessionName task { 1; Start-Sleep -Milliseconds 300; 2 }`
	assert.Empty(t, here.run(t, begin))
	assert.Equal(t, []string{"1", "2"}, there.run(t, `Receive-PSSession @at -Name task -OutTarget Host`))
	assert.Empty(t, there.run(t, `Get-PSSession | Remove-PSSession`))
	assert.Empty(t, here.run(t, begin))
	assert.Equal(t, []string{"PSRemotingJob", "1", "2", "Completed"}, there.run(t,
		`$j = Receive-PSSession @at -Name task -OutTarget Job; $j.GetType().Name; $j | Wait-Job | Receive-Job; $j.State`))
}

// TestJobOfDisconnectedSession: a command that was started with -AsJob comes back
// as that job.
func TestJobOfDisconnectedSession(t *testing.T) {
	t.Parallel()
	here, _ := pair(t)
	file := t.TempDir() + "/go"
	assert.Equal(t, []string{"True"}, here.run(t, `
$file = '`+file+`'; $s = New-PSSession @at -Name work
$j = Invoke-Command $s { 1; `+untilFile("$using:file")+`; 2 } -AsJob
begun $j
$j.HasMoreData`))
	assert.Equal(t, "work Disconnected None", here.one(t, `Disconnect-PSSession $s | show`))
	assert.Equal(t, "Disconnected", here.one(t, `$j.State`))
	assert.Equal(t, "Disconnected", here.one(t, `(Wait-Job $j -WarningAction SilentlyContinue).State`), "Wait-Job does not wait for a disconnected job")
	assert.Equal(t, []string{"True"}, here.run(t, `$r = Receive-PSSession $s; $r.InstanceId -eq $j.InstanceId`), "the same job, without -OutTarget")
	assert.Equal(t, []string{"1", "2", "Completed"}, here.run(t, `[System.IO.File]::WriteAllText($file, ''); $j | Wait-Job | Receive-Job; $j.State`))
	here.eventually(t, `$s | show`, "work Opened Available")
	assert.Equal(t, "work Opened Available", here.one(t, `Receive-PSSession $s; $s | show`), "of a session that is connected already")
}

// TestSessionOptions: what wins where several say something.
func TestSessionOptions(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	assert.Equal(t, "Opened Available 300000 Drop", here.one(t,
		`New-PSSession @at -Name one -SessionOption (New-PSSessionOption -IdleTimeout 300000 -OutputBufferingMode Drop) | detail`))
	assert.Empty(t, here.run(t, `$PSSessionOption = New-PSSessionOption -IdleTimeout 360000 -OutputBufferingMode Drop`))
	assert.Equal(t, "Opened Available 360000 Drop", here.one(t, `$s = New-PSSession @at -Name two; $s | detail`), "$PSSessionOption over the configuration")
	assert.Equal(t, "Opened Available 420000 Block", here.one(t,
		`New-PSSession @at -Name three -SessionOption (New-PSSessionOption -IdleTimeout 420000 -OutputBufferingMode Block) | detail`), "-SessionOption over $PSSessionOption")
	assert.Equal(t, "Disconnected None 480000 Drop", here.one(t,
		`$d = Invoke-Command @at -InDisconnectedSession -SessionName four -SessionOption (New-PSSessionOption -IdleTimeout 480000 -OutputBufferingMode Drop) { 1 }; $d | detail`))
	assert.Equal(t, "Disconnected None 360000 Drop", here.one(t, `Disconnect-PSSession $s | detail`))
	const other = `-SessionOption (New-PSSessionOption -IdleTimeout 120000 -OutputBufferingMode Block)`
	// The second client's own session shows what it was told; the server's says
	// what it is.
	assert.Equal(t, "two Opened Available", there.one(t, `Connect-PSSession @at -Name two `+other+` | show`))
	assert.Equal(t, "Connected PT360.000S Block", here.one(t, atServer("two")), "IdleTimeout changes nothing at Connect, OutputBufferingMode does")
	assert.Equal(t, []string{"1"}, there.run(t, `Receive-PSSession @at -Name four `+other))
	assert.Equal(t, "Connected PT480.000S Drop", here.one(t, atServer("four")), "nor at Receive, where the cmdlet takes the server's word for both")
}
