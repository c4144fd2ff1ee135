//go:build linux

package upgrade

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// Times on a busy machine, with the race detector.
const (
	startTimeout = 60 * time.Second
	endTimeout   = 30 * time.Second
)

// server is a state directory and the daemons that serve it, one after the
// other.
type server struct {
	state   string
	program string // its path; the file is replaced
	engine  string
	// output and log are files, so that a daemon that takes over from the one
	// that the test has started writes there too.
	output, log string

	first     *exec.Cmd
	exited    chan struct{}
	exitError error // of first; read after exited is closed
	ready     int   // ready lines so far
	http      string
	https     string
	manager   *manager // nil: there is none
}

// anyPort is an address for a listener.
const anyPort = "127.0.0.1:0"

// mark is in the environment of all that a server starts.
const mark = "WINRMD_UPGRADE_TEST="

// newServer prepares a server with one user, and checks at the end of the test
// that nothing of it is left.
func newServer(t *testing.T, program string) *server {
	t.Helper()
	engine := engine(t)
	directory, err := os.MkdirTemp("", "winrmd-up-") // short: sockets are in it
	require.NoError(t, err)
	s := &server{
		state: filepath.Join(directory, "s"), program: filepath.Join(directory, "winrmd"), engine: engine,
		output: filepath.Join(directory, "output"), log: filepath.Join(directory, "log"),
	}
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	t.Cleanup(func() { s.end(t) })
	require.NoError(t, os.Link(program, s.program))
	add := exec.Command(s.program, "user", "add", "--state", s.state, daemon.User, "--password-stdin")
	add.Stdin = strings.NewReader(daemon.Password + "\n")
	text, err := add.CombinedOutput()
	require.NoError(t, err, "%s", text)
	return s
}

// start starts a server and waits until it is ready.
func start(t *testing.T, program string) *server {
	t.Helper()
	s := newServer(t, program)
	s.run(t, s.command(anyPort, anyPort))
	s.waitReady(t)
	return s
}

// command is the command line of a daemon; without addresses the settings have
// them.
func (s *server) command(http, https string) *exec.Cmd {
	arguments := []string{"serve", "--state", s.state, "--allow-unencrypted", "--powershell", s.engine}
	if http != "" {
		arguments = append(arguments, "--http", http, "--https", https)
	}
	return exec.Command(s.program, arguments...)
}

// run starts the first daemon.
func (s *server) run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Env = append(os.Environ(), mark+s.state, "GORACE=exitcode=66")
	output, log := appendTo(t, s.output), appendTo(t, s.log)
	defer output.Close()
	defer log.Close()
	cmd.Stdout, cmd.Stderr = output, log
	require.NoError(t, cmd.Start())
	exited := make(chan struct{})
	s.first, s.exited = cmd, exited
	go func() {
		s.exitError = cmd.Wait()
		close(exited)
	}()
}

func appendTo(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	return f
}

// waitReady waits until one more daemon has said that it is ready, and reads
// its addresses.
func (s *server) waitReady(t *testing.T) {
	t.Helper()
	s.ready++
	require.Eventually(t, func() bool {
		lines := s.readyLines()
		if len(lines) < s.ready {
			return false
		}
		for _, field := range strings.Fields(lines[s.ready-1]) {
			switch scheme, address, _ := strings.Cut(field, "="); scheme {
			case "http":
				s.http = address
			case "https":
				s.https = address
			}
		}
		return true
	}, startTimeout, 10*time.Millisecond, "no ready line %d", s.ready)
}

func (s *server) readyLines() []string {
	content, _ := os.ReadFile(s.output)
	var lines []string
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "winrmd ready ") && strings.HasSuffix(line, "\n") {
			lines = append(lines, line)
		}
	}
	return lines
}

// daemon is the one process that serves, but for others that are known. A daemon's
// child looks like the daemon until it runs its own program.
func (s *server) daemon(t *testing.T, others ...int) int {
	t.Helper()
	var found []int
	require.Eventually(t, func() bool {
		found = slices.DeleteFunc(serving(s.state), func(pid int) bool { return slices.Contains(others, pid) })
		return len(found) == 1
	}, time.Minute, 10*time.Millisecond)
	return found[0]
}

// hosts lists the hosts of the sessions.
func (s *server) hosts() []int {
	all := marked(mark + s.state)
	return slices.DeleteFunc(find("cmdline", func(line []byte) bool { return bytes.Contains(line, []byte("\x00shellhost\x00")) }),
		func(pid int) bool { return !slices.Contains(all, pid) })
}

// upgrade asks a daemon to hand over and waits until another is ready.
func (s *server) upgrade(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, sigusr2(pid))
	s.waitReady(t)
}

// replaceProgram puts another file in the place of the program, as a package
// manager does.
func (s *server) replaceProgram(t *testing.T, put func(path string) error) {
	t.Helper()
	next := s.program + ".new"
	require.NoError(t, put(next))
	require.NoError(t, os.Rename(next, s.program))
}

// waitOnly waits until one daemon is left and returns it.
func (s *server) waitOnly(t *testing.T, limit time.Duration) int {
	t.Helper()
	require.Eventually(t, func() bool { return len(serving(s.state)) == 1 }, limit, 20*time.Millisecond,
		"daemons: %v", serving(s.state))
	return s.daemon(t)
}

// config is for a client of the server.
func (s *server) config() psrpclient.Config {
	return psrpclient.Config{URL: "http://" + s.http + "/wsman", User: daemon.User, Password: daemon.Password}
}

// client makes a client whose connections end with the test.
func (s *server) client(t *testing.T) *psrpclient.Client {
	c := psrpclient.New(s.config())
	t.Cleanup(c.Abandon)
	return c
}

// logs reports whether the log has a text.
func (s *server) logs(text string) bool {
	content, _ := os.ReadFile(s.log)
	return bytes.Contains(content, []byte(text))
}

// terminate ends the daemons by SIGTERM.
func (s *server) terminate(t *testing.T) {
	t.Helper()
	for _, pid := range serving(s.state) {
		_ = syscall.Kill(pid, syscall.SIGTERM) // it may be ending
	}
	assert.Eventually(t, func() bool { return len(serving(s.state)) == 0 }, endTimeout, 20*time.Millisecond,
		"winrmd does not end on SIGTERM")
}

// end ends the sessions and the daemons and checks what is left of them.
func (s *server) end(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, newProgram(t), "session", "remove", "--state", s.state, "--all").CombinedOutput()
	assert.NoError(t, err, "session remove --all:\n%s", output)
	s.terminate(t)
	if s.exited != nil {
		<-s.exited
	}
	assert.Empty(t, waitGone(mark+s.state, endTimeout), "processes that are left")
	for _, pattern := range []string{"winrmd.sock", "shells/*-*"} {
		left, err := filepath.Glob(filepath.Join(s.state, pattern))
		assert.NoError(t, err)
		assert.Empty(t, left, "files that are left")
	}
	for _, bad := range []string{"WARNING: DATA RACE", "panic:", "fatal error:", "requests are cancelled"} {
		assert.False(t, s.logs(bad), "the log has %q", bad)
	}
	if t.Failed() {
		content, _ := os.ReadFile(s.log)
		t.Logf("log:\n%s", content[max(0, len(content)-8<<10):])
	}
}
