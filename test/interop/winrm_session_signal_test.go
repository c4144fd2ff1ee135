package interop

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// running is a command line that runs without a terminal.
type running struct {
	t       *testing.T
	command *exec.Cmd
	pipe    io.Closer // standard output
	out     *bufio.Reader

	mu       sync.Mutex
	problems bytes.Buffer
}

// Write implements io.Writer for standard error.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problems.Write(p)
}

func (r *running) stderr() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problems.String()
}

// start starts a command line.
func (c *terminal) start(arguments ...string) *running {
	c.t.Helper()
	program, err := winrm()
	require.NoError(c.t, err)
	r := &running{t: c.t, command: exec.CommandContext(c.t.Context(), program, arguments...)}
	r.command.Env = append(r.command.Environ(), c.environment...)
	r.command.Stderr = r
	out, err := r.command.StdoutPipe()
	require.NoError(c.t, err)
	r.pipe, r.out = out, bufio.NewReader(out)
	require.NoError(c.t, r.command.Start())
	c.t.Cleanup(func() { _ = r.command.Process.Kill() })
	return r
}

// line reads a line of standard output.
func (r *running) line() string {
	r.t.Helper()
	line, err := r.out.ReadString('\n')
	require.NoError(r.t, err, r.stderr())
	return line
}

// signal sends a signal.
func (r *running) signal(s os.Signal) {
	r.t.Helper()
	require.NoError(r.t, r.command.Process.Signal(s))
}

// ends returns what is left of standard output, and the exit status.
func (r *running) ends() (rest string, status int) {
	r.t.Helper()
	text, err := io.ReadAll(r.out)
	require.NoError(r.t, err)
	if exit, ok := errors.AsType[*exec.ExitError](r.command.Wait()); ok {
		status = exit.ExitCode()
	}
	return string(text), status
}

// TestWinrmSessionSignals: without a terminal the first SIGINT stops the script,
// and the second ends the command, and so does nobody to read its output; SIGTERM
// ends it, and a session that there was is left as it was.
func TestWinrmSessionSignals(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")

	r := alice.start("session", "invoke", "try { 'started'; Start-Sleep 1000 } finally { 'cleared' }")
	require.Equal(t, "started\n", r.line())
	r.signal(os.Interrupt)
	_, status := r.ends()
	assert.Equal(t, []any{1, "winrm: the script was stopped\n"}, []any{status, r.stderr()})

	stopping := filepath.Join(t.TempDir(), "stopping")
	r = alice.start("session", "invoke", "try { 'started'; Start-Sleep 1000 } finally { "+
		"[IO.File]::WriteAllText('"+stopping+"', ''); while ($true) { [Threading.Thread]::Sleep(100) } }")
	require.Equal(t, "started\n", r.line())
	r.signal(os.Interrupt)
	require.Eventually(t, func() bool { _, err := os.Stat(stopping); return err == nil }, patience, 20*time.Millisecond)
	r.signal(os.Interrupt)
	_, status = r.ends()
	assert.Equal(t, []any{1, "winrm: interrupted\n"}, []any{status, r.stderr()})

	r = alice.start("session", "invoke", "for ($n = 1; ; $n++) { $n }")
	require.Equal(t, "1\n", r.line())
	require.NoError(t, r.pipe.Close())
	_ = r.command.Wait()
	assert.Equal(t, []any{1, ""}, []any{r.command.ProcessState.ExitCode(), r.stderr()}, "nobody reads any more")
	assert.Equal(t, "", alice.succeeds("session", "list", "-o", "plain"), "sessions of their own have ended")

	id := alice.succeeds("session", "new", "--name", "kept")
	goOn := newGate(t)
	r = alice.start("session", "invoke", "--session", "kept", "'started'; "+goOn.script()+"; 'rest'")
	require.Equal(t, "started\n", r.line())
	_, stderr, status := alice.run("", "session", "receive", "kept")
	assert.Equal(t, 5, status, "it is another client's: %s", stderr)
	r.signal(syscall.SIGTERM)
	_, status = r.ends()
	assert.Equal(t, 1, status, r.stderr())
	assert.Contains(t, alice.succeeds("session", "list"), "Disconnected")
	goOn.open(t)
	assert.Equal(t, "rest\n", alice.succeeds("session", "receive", id[:8]))

	completed := alice.succeedsAside("__complete", "session", "receive", "ke")
	assert.Equal(t, "kept\tDisconnected\n:4\n", completed)
	completed = alice.succeedsAside("__complete", "session", "invoke", "--session", "")
	assert.Equal(t, "kept\tDisconnected\n:4\n", completed)
}

// succeedsAside is succeeds for what also says something on standard error.
func (c *terminal) succeedsAside(arguments ...string) string {
	c.t.Helper()
	stdout, stderr, status := c.run("", arguments...)
	require.Zero(c.t, status, "%v: %s", arguments, stderr)
	return stdout
}

// TestWinrmSessionNetwork: the network fails and comes back while a script runs;
// nothing is lost. Where it stays away, the session goes on at the server.
func TestWinrmSessionNetwork(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true, settings: shortRobust})
	f := startForwarder(t, s.addresses["http"])
	direct := s.terminal(t, "alice")
	alice := s.terminal(t, "alice")
	alice.environment = append(alice.environment, "WINRM_URL=http://"+f.l.Addr().String()+"/wsman")
	says := func(r *running, text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(r.stderr(), text) }, patience, 20*time.Millisecond, "%s", text)
	}

	goOn := newGate(t)
	r := alice.start("session", "invoke", "'started'; "+goOn.script()+"; 1..3")
	require.Equal(t, "started\n", r.line())
	f.fail()
	says(r, "winrm: the network has failed; the server is tried again for 4m0s: ")
	goOn.open(t)
	f.well(s.addresses["http"])
	rest, status := r.ends()
	assert.Equal(t, []any{"1\n2\n3\n", 0}, []any{rest, status}, r.stderr())
	assert.Contains(t, r.stderr(), "winrm: the network is well again\n")

	goOn = newGate(t)
	r = alice.start("session", "invoke", "--name", "lost", "--retry-time", "1s", "'started'; "+goOn.script()+"; 1..3")
	require.Equal(t, "started\n", r.line())
	f.fail()
	_, status = r.ends()
	assert.Equal(t, 4, status)
	assert.Contains(t, r.stderr(), "winrm session receive lost may go on")
	goOn.open(t)
	require.Eventually(t, func() bool {
		return strings.Contains(direct.succeeds("session", "list"), "Disconnected")
	}, patience, 100*time.Millisecond)
	assert.Equal(t, "1\n2\n3\n", strings.TrimPrefix(direct.succeeds("session", "receive", "lost", "--remove"), "started\n"))
}
