//go:build linux

package cmdlets

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shortRetry is for how long a client tries a network that is lost for good: not
// so short that a busy machine is taken for that.
const shortRetry = 12 * time.Second

// quick lets a client find out soon that its network is down.
const quick = `; $at.SessionOption = New-PSSessionOption -OperationTimeout 5000`

// behindProxy is a server, a proxy, and a client that goes through it, which tries
// a lost network for so long.
func behindProxy(t *testing.T, retry time.Duration, settings string) (*proxy, *client, string) {
	t.Helper()
	d := server(t, settings)
	u, err := url.Parse(d.HTTP)
	require.NoError(t, err)
	p := newProxy(t, u.Host)
	c := startClient(t, windowsHost, "WINRMD_CLIENT_RETRY_TIME="+retry.String())
	assert.Empty(t, c.run(t, login(t, p.url())+quick))
	c.file = t.TempDir() + "/go"
	assert.Empty(t, c.run(t, `$file = '`+c.file+`'; function signal { [System.IO.File]::WriteAllText($file, '') }`))
	return p, c, d.HTTP
}

// TestNetworkIsDownForAWhile: a command goes on, nothing it has put out is lost,
// and the session is as it was.
func TestNetworkIsDownForAWhile(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]func(p *proxy){
		"cut":    func(p *proxy) { p.down(); p.cut() },
		"silent": func(p *proxy) { p.down() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c, _ := behindProxy(t, 10*time.Minute, "")
			assert.Equal(t, "work Opened Busy", c.one(t, running))
			down(p)
			assert.Empty(t, c.run(t, `signal; Start-Sleep 12`)) // longer than a Receive takes
			p.restore()
			assert.Equal(t, []string{"begun", "done", "Completed"}, c.run(t, `$j | Wait-Job | Receive-Job; $j.State`))
			c.eventually(t, `$s | show`, "work Opened Available")
			assert.Equal(t, []string{"7"}, c.run(t, `Invoke-Command $s { 7 }`))
		})
	}
}

// TestNetworkIsDownForGood: when the client has tried for long enough it leaves
// the session disconnected, and comes back when it is asked to.
func TestNetworkIsDownForGood(t *testing.T) {
	t.Parallel()
	p, c, address := behindProxy(t, shortRetry, soonLost)
	assert.Equal(t, "work Opened Busy", c.one(t, running))
	p.down()
	p.cut()
	c.eventually(t, `$s | show`, "work Disconnected None")
	assert.Equal(t, "Disconnected", c.one(t, `$j.State`))
	assert.Empty(t, c.run(t, `signal`))
	p.restore()
	there := startClient(t, windowsHost)
	assert.Empty(t, there.run(t, login(t, address)))
	there.eventually(t, `Get-PSSession @at -Name work | show`, "work Disconnected None")
	assert.Equal(t, []string{"begun", "done", "Completed"}, c.run(t, `$null = Receive-PSSession $s; $j | Wait-Job | Receive-Job; $j.State`))
	c.eventually(t, `$s | show`, "work Opened Available")
}

// TestNetworkMessages: PowerShell says what happens to its network.
func TestNetworkMessages(t *testing.T) {
	t.Parallel()
	const host = "127.0.0.1"
	t.Run("a while", func(t *testing.T) {
		t.Parallel()
		p, c, _ := behindProxy(t, 10*time.Minute, "")
		assert.Equal(t, "work Opened Available", c.one(t, `$s = New-PSSession @at -Name work; $s | show`))
		answer := make(chan []string, 1)
		go func() {
			lines, _ := c.try(untilSecond)
			answer <- lines
		}()
		waitForFile(t, c.file)
		p.down()
		p.cut()
		require.Eventually(t, func() bool { return strings.Contains(c.stderr.String(), "interrupted") }, answerTime, 50*time.Millisecond)
		writeSecond(t, c)
		p.restore()
		assert.Equal(t, []string{"over"}, <-answer)
		c.says(t, "The network connection to "+host+" has been restored.")
	})
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		p, c, _ := behindProxy(t, shortRetry, soonLost)
		assert.Equal(t, "work Opened Available", c.one(t, `$s = New-PSSession @at -Name work; $s | show`))
		answer := make(chan []string, 1)
		go func() {
			lines, _ := c.try(untilSecond)
			answer <- lines
		}()
		waitForFile(t, c.file)
		p.down()
		p.cut()
		require.Contains(t, strings.Join(<-answer, ""), "PowerShellNetworkFailedStartDisconnect")
		c.says(t, "The reconnection attempt to "+host+" failed. Attempting to disconnect the session...")
		// Of the session, and, if PowerShell hears of that in time, of the computer.
		c.says(t, "omputer "+host+" has been successfully disconnected.")
		assert.Equal(t, "work Disconnected None", c.one(t, `$s | show`))
		writeSecond(t, c)
		p.restore()
		assert.Equal(t, []string{"over"}, c.run(t, `Receive-PSSession $s | Wait-Job | Receive-Job`))
	})
}

// untilSecond is a command that makes one file and waits for another: the network
// fails in between, however long that takes.
var untilSecond = `Invoke-Command $s { [System.IO.File]::WriteAllText($using:file, ''); ` + untilFile("($using:file + '2')") + `; 'over' }`

func writeSecond(t *testing.T, c *client) {
	t.Helper()
	require.NoError(t, os.WriteFile(c.file+"2", nil, 0o600))
}

// says waits until the client has said something on its standard error, which
// comes by another way than its answers.
func (c *client) says(t *testing.T, text string) {
	t.Helper()
	assert.Eventually(t, func() bool { return strings.Contains(c.stderr.String(), text) }, answerTime, 20*time.Millisecond, text)
}

func waitForFile(t *testing.T, path string) {
	t.Helper()
	require.Eventually(t, func() bool { _, err := os.Stat(path); return err == nil }, answerTime, 20*time.Millisecond)
}
