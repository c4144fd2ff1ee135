package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clientTimeout is how long a script may take.
const clientTimeout = 3 * time.Minute

// maxLine bounds a line of a script's output.
const maxLine = 64 << 20

// client runs scripts against a server as one user over one scheme.
type client struct {
	server         *server
	scheme         string
	user, password string
	environment    []string // more variables, see python/conn.py
}

// client returns alice's client over HTTP.
func (s *server) client() client { return client{server: s, scheme: "http"}.as("alice") }

// over returns the same client over another scheme.
func (c client) over(scheme string) client {
	c.scheme = scheme
	return c
}

// as returns the same client for another user.
func (c client) as(user string) client {
	c.user, c.password = user, passwordOf(user)
	return c
}

// withPassword returns the same client with another password.
func (c client) withPassword(password string) client {
	c.password = password
	return c
}

// with returns the same client with more variables in its environment.
func (c client) with(variables ...string) client {
	c.environment = append(slices.Clone(c.environment), variables...)
	return c
}

// authenticating returns the same client with another scheme, as clients name
// it, and another setting for sealing; options are the client's own.
func (c client) authenticating(scheme, encryption string, options args) client {
	encoded, err := json.Marshal(options)
	if err != nil || options == nil {
		encoded = []byte("{}")
	}
	return c.with("WINRMD_AUTH="+scheme, "WINRMD_ENCRYPTION="+encryption, "WINRMD_OPTIONS="+string(encoded))
}

// args are the parameters of a script's main.
type args map[string]any

// scriptError is the exception that a script ended with.
type scriptError struct {
	Type string `json:"type"` // the Python class
	Code uint32 `json:"code"` // the WSManFault code, 0 if it is no fault
	Text string `json:"text"`
}

// run runs a script to its end and returns its result.
func run[Result any](t *testing.T, c client, script string, parameters args) Result {
	t.Helper()
	s := c.begin(t, script, parameters)
	return finish[Result](t, s)
}

// fails runs a script that must end with an exception.
func (c client) fails(t *testing.T, script string, parameters args) scriptError {
	t.Helper()
	s := c.begin(t, script, parameters)
	return s.fails(t)
}

// process is a script that runs.
type process struct {
	script  string
	command *exec.Cmd
	stdin   io.Closer
	lines   *bufio.Scanner
	stderr  *serverLog
	waited  bool
}

// begin starts a script. It is killed at the end of the test.
func (c client) begin(t *testing.T, script string, parameters args) *process {
	t.Helper()
	python, err := pythonProgram()
	need(t, err)
	_, port, err := net.SplitHostPort(c.server.addresses[c.scheme])
	require.NoError(t, err, "the server's address for %s", c.scheme)
	if parameters == nil {
		parameters = args{}
	}
	encoded, err := json.Marshal(parameters)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(context.Background(), clientTimeout)
	command := exec.CommandContext(ctx, python, filepath.Join("python", script), string(encoded))
	command.Env = append(os.Environ(),
		"WINRMD_SCHEME="+c.scheme, "WINRMD_PORT="+port, "WINRMD_USER="+c.user, "WINRMD_PASSWORD="+c.password,
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1", "PYTHONWARNINGS=ignore")
	command.Env = append(command.Env, c.environment...)
	p := &process{script: script, command: command, stderr: &serverLog{}}
	command.Stderr = p.stderr
	p.stdin, err = command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	p.lines = bufio.NewScanner(stdout)
	p.lines.Buffer(nil, maxLine)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		cancel()
		p.wait()
		if t.Failed() {
			t.Logf("%s as %s over %s:\n%s", script, c.user, c.scheme, p.stderr)
		}
	})
	return p
}

// next decodes the next line that the script prints.
func next[Line any](t *testing.T, p *process) Line {
	t.Helper()
	raw, ok := p.line(t)
	require.True(t, ok, "%s printed no further line:\n%s", p.script, p.stderr)
	return decode[Line](t, p, raw)
}

// line reads one line; ok is false at the end of the output.
func (p *process) line(t *testing.T) (raw []byte, ok bool) {
	t.Helper()
	if p.lines.Scan() {
		return p.lines.Bytes(), true
	}
	require.NoError(t, p.lines.Err(), p.script)
	return nil, false
}

// rest returns the lines that are left; the last one is the result.
func (p *process) rest(t *testing.T) [][]byte {
	t.Helper()
	var all [][]byte
	for {
		raw, ok := p.line(t)
		if !ok {
			return all
		}
		all = append(all, append([]byte(nil), raw...))
	}
}

// say lets a script go on that waits for a word.
func (p *process) say(t *testing.T) {
	t.Helper()
	require.NoError(t, p.stdin.Close())
}

// kill ends the script with SIGKILL, as kill -9 does, and returns the lines
// that it printed before. A line that was cut off is left out: the script
// prints what it received before it asks for more, so it had not confirmed it.
func (p *process) kill(t *testing.T) [][]byte {
	t.Helper()
	require.NoError(t, p.command.Process.Kill())
	lines := p.rest(t)
	assert.Error(t, p.wait(), "%s ended before it was killed", p.script)
	if last := len(lines) - 1; last >= 0 && !json.Valid(lines[last]) {
		lines = lines[:last]
	}
	return lines
}

// finish waits for the script's end and returns its result.
func finish[Result any](t *testing.T, p *process) Result {
	t.Helper()
	return decode[Result](t, p, p.result(t))
}

// fails waits for the end of a script that must end with an exception.
func (p *process) fails(t *testing.T) scriptError {
	t.Helper()
	raw := p.result(t)
	failure := exception(t, raw)
	require.NotNil(t, failure, "%s succeeded: %.2000s", p.script, raw)
	return *failure
}

// result returns the last line of a script that has ended.
func (p *process) result(t *testing.T) []byte {
	t.Helper()
	all := p.rest(t)
	assert.NoError(t, p.wait(), "%s:\n%s", p.script, p.stderr)
	require.NotEmpty(t, all, "%s printed nothing:\n%s", p.script, p.stderr)
	return all[len(all)-1]
}

// wait waits for the process once.
func (p *process) wait() error {
	if p.waited {
		return nil
	}
	p.waited = true
	return p.command.Wait()
}

// decode decodes a line; a script's exception fails the test.
func decode[Line any](t *testing.T, p *process, raw []byte) Line {
	t.Helper()
	if failure := exception(t, raw); failure != nil {
		require.FailNow(t, p.script+" failed", "%s %#08x: %s\n%s", failure.Type, failure.Code, failure.Text, p.stderr)
	}
	var line Line
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	require.NoError(t, decoder.Decode(&line), "%.2000s", raw)
	return line
}

// exception returns what a script failed with, nil if it did not.
func exception(t *testing.T, raw []byte) *scriptError {
	t.Helper()
	var line struct {
		Error *scriptError `json:"error"`
	}
	require.NoError(t, json.Unmarshal(raw, &line), "%.2000s", raw)
	return line.Error
}
