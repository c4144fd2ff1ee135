//go:build linux

package cmdlets

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// client is a PowerShell that runs scripts, one after the other, and keeps their
// variables: one session of somebody who types.
type client struct {
	process *exec.Cmd
	stdin   io.WriteCloser
	lines   chan string
	stderr  *logWriter // warnings, too
	file    string     // that commands wait for, or make
}

// loop runs scripts that come as lines of base64, and writes what they put out.
// Errors are ERROR, their identifier and their message. What scripts wait for has
// an end: await's is shorter than answerTime, so that it can be told.
const loop = `
$ErrorView = 'NormalView'
function await($condition) {
    for ($end = [datetime]::UtcNow.AddSeconds(150); -not (& $condition); Start-Sleep -Milliseconds 20) {
        if ([datetime]::UtcNow -gt $end) { throw "never: $condition" }
    }
}
function begun($job) {
    await { $job.ChildJobs[0].Output.Count -or $job.State -notin 'NotStarted', 'Running' }
    if (-not $job.ChildJobs[0].Output.Count) { throw "the job is $($job.State): $($job.ChildJobs[0].JobStateInfo.Reason)" }
}
function show { process { "$($_.Name) $($_.State) $($_.Availability)" } }
function detail { process { "$($_.State) $($_.Availability) $($_.IdleTimeout) $($_.OutputBufferingMode)" } }
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $text = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($line))
    try {
        . ([scriptblock]::Create($text)) 2>&1 | ForEach-Object {
            if ($_ -is [System.Management.Automation.ErrorRecord]) { "ERROR $($_.FullyQualifiedErrorId): $_" } else { [string] $_ }
        } | ForEach-Object { [Console]::Out.WriteLine($_.Replace("` + "`" + `n", ' ')) }
    } catch { [Console]::Out.WriteLine("ERROR $($_.FullyQualifiedErrorId): $_".Replace("` + "`" + `n", ' ')) }
    [Console]::Out.WriteLine('--end--')
}
`

// answerTime is how long a script may take on a machine that is busy.
const answerTime = 3 * time.Minute

// untilFile is what a command at a server does until somebody makes a file. Where
// nobody does, it is not there for ever.
func untilFile(file string) string {
	return `foreach ($i in 1..24000) { if ([System.IO.File]::Exists(` + file + `)) { break }; Start-Sleep -Milliseconds 50 }`
}

// startClient starts a client of a host.
func startClient(t *testing.T, host func() (string, error), more ...string) *client {
	t.Helper()
	path, err := host()
	daemon.Need(t, err)
	c := &client{process: exec.Command(path, "-Command", loop), lines: make(chan string, 1<<12), stderr: &logWriter{t: t}}
	c.process.Env = append(environment(t), more...)
	c.process.Stderr = c.stderr
	c.stdin, err = c.process.StdinPipe()
	require.NoError(t, err)
	stdout, err := c.process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.process.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(c.lines)
		scanner := bufio.NewScanner(stdout)
		scanner.Buffer(nil, 16<<20)
		for scanner.Scan() {
			c.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		c.stdin.Close()
		kill := time.AfterFunc(answerTime, func() { _ = c.process.Process.Kill() })
		<-ended
		_ = c.process.Wait()
		kill.Stop()
	})
	return c
}

// try runs a script and returns its lines.
func (c *client) try(script string) ([]string, error) {
	if _, err := io.WriteString(c.stdin, base64.StdEncoding.EncodeToString([]byte(script))+"\n"); err != nil {
		return nil, err
	}
	deadline := time.After(answerTime)
	var all []string
	for {
		select {
		case line, ok := <-c.lines:
			switch {
			case !ok:
				return all, fmt.Errorf("the client has ended: %w", io.ErrUnexpectedEOF)
			case line == "--end--":
				return all, nil
			}
			all = append(all, line)
		case <-deadline:
			return all, fmt.Errorf("no end of %q", script)
		}
	}
}

// run runs a script and returns its lines.
func (c *client) run(t *testing.T, script string) []string {
	t.Helper()
	began := time.Now()
	lines, err := c.try(script)
	require.NoError(t, err, "%q", lines)
	t.Logf("%s: %q (%s)", script, lines, time.Since(began).Round(time.Millisecond))
	return lines
}

// one is run for scripts that put out one line.
func (c *client) one(t *testing.T, script string) string {
	t.Helper()
	lines := c.run(t, script)
	require.Len(t, lines, 1, "%q", script)
	return lines[0]
}

// kill ends the client as kill -9 does.
func (c *client) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.process.Process.Kill())
}

// logWriter passes lines to a test's log for as long as the test runs.
type logWriter struct {
	t *testing.T

	mu  sync.Mutex
	all strings.Builder
}

func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	for line := range strings.Lines(string(p)) {
		if !strings.HasPrefix(line, "A drive with the name '/'") { // harmless: see the host's README
			w.t.Log("client: ", strings.TrimSpace(line))
		}
	}
	return len(p), nil
}

// String is everything that has come.
func (w *logWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// server starts winrmd with the genuine engine.
func server(t *testing.T, settings string) *daemon.Daemon {
	t.Helper()
	path, err := program()
	daemon.Need(t, err)
	engine, err := unixHost()
	daemon.Need(t, err)
	d, err := daemon.Start(daemon.Config{Program: path, Engine: engine, Settings: settings})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Stop()) })
	return d
}

// login defines $credential, and $at for splatting of one URL.
func login(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	ssl := ""
	if u.Scheme == "https" {
		ssl = "; UseSSL = $true; SessionOption = New-PSSessionOption -SkipCACheck -SkipCNCheck"
	}
	return fmt.Sprintf(`
$password = [securestring]::new(); '%s'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
$credential = [pscredential]::new('%s', $password)
$at = @{ ComputerName = '%s'; Port = %s; Credential = $credential%s }
`, daemon.Password, daemon.User, u.Hostname(), u.Port(), ssl)
}
