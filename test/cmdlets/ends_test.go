//go:build linux

package cmdlets

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eventually runs a script until it puts out a line.
func (c *client) eventually(t *testing.T, script, want string) {
	t.Helper()
	var got []string
	for deadline := time.Now().Add(answerTime); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got = c.run(t, script); strings.Join(got, "\n") == want {
			return
		}
	}
	require.Fail(t, "never came", "%q, last %q", want, got)
}

// running starts a command that runs until somebody makes a file, and knows that
// it runs.
var running = `
$s = New-PSSession @at -Name work
$j = Invoke-Command $s -AsJob { 'begun'; ` + untilFile("$using:file") + `; 'done' }
begun $j
$s | show`

// TestClientCloses: a session with a running command is kept when its client ends,
// and comes back with all that it has put out; one without is ended.
func TestClientCloses(t *testing.T) {
	t.Parallel()
	here, there := pair(t)
	file := t.TempDir() + "/go"
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, `$file = '`+file+`'`))
	}
	assert.Equal(t, "work Opened Busy", here.one(t, running))
	assert.Equal(t, "idle Opened Available", here.one(t, `New-PSSession @at -Name idle | show`))
	require.NoError(t, here.stdin.Close())
	there.eventually(t, `Get-PSSession @at | show`, "work Disconnected None")
	assert.Empty(t, there.run(t, `[System.IO.File]::WriteAllText($file, '')`))
	assert.Equal(t, []string{"done"}, there.run(t, `Receive-PSSession @at -Name work`), "what the first had not got")
}

// soonLost lets a server take a client for lost that is not heard of for seconds,
// where it would be minutes.
const soonLost = "[Shell]\nRobustConnectionTimeoutMs = 3000\n"

// TestClientIsKilled: nothing of a session is lost with its client.
func TestClientIsKilled(t *testing.T) {
	t.Parallel()
	here, there := pair(t, soonLost)
	file := t.TempDir() + "/go"
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, `$file = '`+file+`'`))
	}
	assert.Equal(t, "work Opened Busy", here.one(t, running))
	assert.Equal(t, "idle Opened Available", here.one(t, `$idle = New-PSSession @at -Name idle; Invoke-Command $idle { $x = 5 }; $idle | show`))
	here.kill(t)
	there.eventually(t, `Get-PSSession @at -Name work | show`, "work Disconnected None")
	there.eventually(t, `Get-PSSession @at -Name idle | show`, "idle Disconnected None")
	assert.Empty(t, there.run(t, `[System.IO.File]::WriteAllText($file, '')`))
	// What the killed client had got is with it.
	lines := there.run(t, `Receive-PSSession @at -Name work`)
	require.NotEmpty(t, lines)
	assert.Equal(t, "done", lines[len(lines)-1])
	assert.Equal(t, []string{"5"}, there.run(t, `$i = Connect-PSSession @at -Name idle; Invoke-Command $i { $x }`))
}
