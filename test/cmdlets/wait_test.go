//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// waiting defines wait, which begins a Wait-Job in a runspace of its own and
// returns when that is about to wait; and answer, which is what it put out. What it
// puts out cannot be shown before it has ended: that would wait for the end.
const waiting = `
function wait($job, [switch] $Force) {
    $none = [System.Management.Automation.PSDataCollection[psobject]]::new(); $none.Complete()
    $w = @{ Shell = [powershell]::Create(); Output = [System.Management.Automation.PSDataCollection[psobject]]::new() }
    $null = $w.Shell.AddScript('param($job, $force) "waits"; $ended = Wait-Job $job -Force:$force; "returned $($ended.Count) $($job.State)"').AddArgument($job).AddArgument([bool] $Force)
    $w.Call = $w.Shell.BeginInvoke($none, $w.Output)
    await { $w.Output.Count }
    $w
}
function ended($w) { $w.Call.AsyncWaitHandle.WaitOne(1000) }
function answer($w) { await { $w.Call.IsCompleted }; $w.Output[1]; $w.Shell.Dispose() }`

// TestWaitJob: Wait-Job returns when the job's session is disconnected; with
// -Force it waits until the session is opened again and the job has ended. What
// waits cannot be seen to begin, so that it does not return is watched for a
// second: a machine that is slow makes the test weaker, and never fail.
func TestWaitJob(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	file := t.TempDir() + "/go"
	assert.Empty(t, c.run(t, login(t, d.HTTP)+waiting+`; $file = '`+file+`'`))
	assert.Equal(t, "work Opened Busy", c.one(t, running))
	assert.Equal(t, []string{"False", "False"}, c.run(t, `$plain = wait $j; $forced = wait $j -Force; ended $plain; ended $forced`), "while it runs")
	assert.Equal(t, "work Disconnected None", c.one(t, `Disconnect-PSSession $s | show`))
	assert.Equal(t, "returned 1 Disconnected", c.one(t, `answer $plain`))
	assert.Equal(t, "False", c.one(t, `ended $forced`), "while it is disconnected")
	assert.Equal(t, "returned 1 Disconnected", c.one(t, `answer (wait $j)`), "at once")
	assert.Equal(t, []string{"True", "work Opened Busy", "Running"}, c.run(t, `$r = Receive-PSSession $s; $r.InstanceId -eq $j.InstanceId; $s | show; $j.State`))
	assert.Equal(t, "False", c.one(t, `ended $forced`), "while it runs again")
	assert.Empty(t, c.run(t, `[System.IO.File]::WriteAllText($file, '')`))
	assert.Equal(t, "returned 1 Completed", c.one(t, `answer $forced`))
	assert.Equal(t, []string{"begun", "done"}, c.run(t, `Receive-Job $j`))
	c.eventually(t, `$s | show`, "work Opened Available")
}

// TestWaitJobAtNetworkFailure: Wait-Job returns, too, when the network has failed
// for good and the client has left the session disconnected.
func TestWaitJobAtNetworkFailure(t *testing.T) {
	t.Parallel()
	p, c, _ := behindProxy(t, shortRetry, soonLost)
	assert.Empty(t, c.run(t, waiting))
	assert.Equal(t, "work Opened Busy", c.one(t, running))
	assert.Empty(t, c.run(t, `$plain = wait $j; $forced = wait $j -Force`))
	p.down()
	p.cut()
	assert.Equal(t, "returned 1 Disconnected", c.one(t, `answer $plain`))
	assert.Equal(t, "False", c.one(t, `ended $forced`))
	p.restore()
	assert.Empty(t, c.run(t, `signal`))
	assert.Equal(t, "returned 1 Completed", c.one(t, `$null = Receive-PSSession $s; answer $forced`))
}
