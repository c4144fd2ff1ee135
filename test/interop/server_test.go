package interop

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// patience is for what takes a moment, with -race on a machine that does
	// much else.
	patience     = 60 * time.Second
	startTimeout = patience
	stopTimeout  = patience
)

// setup says how a server is made.
type setup struct {
	// settings is the content of winrmd.toml.
	settings string
	// configurations are session configurations: their files' content by name.
	// A %STATE% in the content is the state directory.
	configurations map[string]string
	// files are further files of the state directory, by name.
	files map[string]string
	// encryptedOnly leaves --allow-unencrypted out.
	encryptedOnly bool
	// arguments are further arguments of winrmd serve.
	arguments []string
	// environment are more variables in its environment.
	environment []string
	// withoutSlot starts a server that takes no slot: its test takes one for
	// each part, or only waits.
	withoutSlot bool
}

// server is a winrmd process with a state directory of its own.
type server struct {
	state   string
	program string
	// addresses are host:port by scheme.
	addresses map[string]string
	arguments []string // of the program
	variables []string // more of its environment
	process   *exec.Cmd
	log       *serverLog
	exited    chan struct{} // closed when Wait has returned
	exitError error         // set before exited is closed
	killed    bool
}

// start starts a server with user alice and stops it at the end of the test.
func start(t *testing.T, how setup) *server {
	t.Helper()
	enginePath, err := engine()
	need(t, err)
	program, err := winrmd()
	need(t, err)
	_, err = pythonProgram()
	need(t, err)
	if !how.withoutSlot {
		takeSlot(t)
	}
	s := &server{state: stateDirectory(t), program: program, log: &serverLog{}, exited: make(chan struct{})}
	s.write(t, how)
	s.addUser(t, "alice")
	arguments := []string{
		"serve", "--state", s.state, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--powershell", enginePath,
	}
	if !how.encryptedOnly {
		arguments = append(arguments, "--allow-unencrypted")
	}
	s.arguments, s.variables = append(arguments, how.arguments...), how.environment
	t.Cleanup(func() { s.stop(t) })
	s.run(t)
	return s
}

// restart starts another server on the same state directory, at other
// addresses.
func (s *server) restart(t *testing.T) {
	t.Helper()
	s.killed = false
	s.exited = make(chan struct{})
	s.run(t)
}

// stateDirectory makes a state directory with a short path: the path of the
// Unix socket in it is limited to about 100 bytes.
func stateDirectory(t *testing.T) string {
	directory, err := os.MkdirTemp("", "winrmd-state-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	return directory
}

// write fills the state directory.
func (s *server) write(t *testing.T, how setup) {
	files := map[string]string{}
	if how.settings != "" {
		files["winrmd.toml"] = how.settings
	}
	for name, content := range how.configurations {
		files[filepath.Join("configurations", name+".toml")] = content
	}
	for name, content := range how.files {
		files[name] = content
	}
	for name, content := range files {
		path := filepath.Join(s.state, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		content = strings.ReplaceAll(content, "%STATE%", filepath.ToSlash(s.state))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

// run starts the process and waits for its ready line.
func (s *server) run(t *testing.T) {
	s.process = exec.Command(s.program, s.arguments...)
	// By this variable processes are found that outlived everything else, if
	// winrmd hands its environment on. Exit status 66 is a data race.
	s.process.Env = append(os.Environ(), "WINRMD_INTEROP_STATE="+s.state, "GORACE=exitcode=66")
	s.process.Env = append(s.process.Env, s.variables...)
	s.process.Stderr = s.log
	ready := make(chan map[string]string, 1)
	s.process.Stdout = &readyWriter{log: s.log, ready: ready}
	// A process that was left behind may hold the server's standard output or
	// error; that must not keep Wait from returning.
	s.process.WaitDelay = 20 * time.Second // hosts and the starter end after it
	require.NoError(t, s.process.Start())

	process, exited := s.process, s.exited
	go func() {
		s.exitError = process.Wait()
		close(exited)
	}()
	select {
	case s.addresses = <-ready:
	case <-s.exited:
		require.FailNow(t, "winrmd ended before it was ready", "%v", s.exitError)
	case <-time.After(startTimeout):
		require.FailNow(t, "winrmd is not ready")
	}
}

// stop ends the sessions and the server and checks what they leave: exit
// status, log, processes and directories of sessions. It may be called again.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.process == nil || s.process.Process == nil {
		return
	}
	children := descendants(s.process.Process.Pid)
	s.removeSessions(t)
	if !s.ended() {
		s.terminate(t)
	}
	if !s.killed {
		assert.NoError(t, s.exitError, "winrmd's exit status")
	}
	left := waitGone(children, s.state, leakTimeout)
	assert.Empty(t, left, "processes that the server left behind")
	assert.Empty(t, s.hostDirectories(t), "directories of sessions that are left")
	for _, bad := range []string{"WARNING: DATA RACE", "panic:", "fatal error:"} {
		assert.False(t, s.log.contains(bad), "winrmd's log has %q", bad)
	}
	if t.Failed() {
		t.Logf("winrmd's log:\n%s", s.log)
	}
}

// removeSessions ends every session: they outlive their server.
func (s *server) removeSessions(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, s.program, "session", "remove", "--state", s.state, "--all").CombinedOutput()
	assert.NoError(t, err, "winrmd session remove --all:\n%s", output)
}

// hostDirectories are the directories of sessions, waiting a moment for those
// that are about to go.
func (s *server) hostDirectories(t *testing.T) []string {
	t.Helper()
	deadline := time.Now().Add(leakTimeout)
	for {
		found, err := filepath.Glob(filepath.Join(s.state, "shells", "*-*"))
		assert.NoError(t, err)
		if len(found) == 0 || time.Now().After(deadline) {
			return found
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// ended reports whether the process has ended.
func (s *server) ended() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// terminate asks the server to end, as a service manager does.
func (s *server) terminate(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" { // which has no SIGTERM
		s.kill(t)
		return
	}
	assert.NoError(t, s.process.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		assert.Fail(t, "winrmd does not stop on SIGTERM")
		s.kill(t)
	}
}

// kill ends the server at once.
func (s *server) kill(t *testing.T) {
	t.Helper()
	s.killed = true
	if err := s.process.Process.Kill(); !errors.Is(err, os.ErrProcessDone) {
		assert.NoError(t, err)
	}
	<-s.exited
}

// addUser adds a user, whose password is passwordOf(name). Flags are more of
// winrmd user add.
func (s *server) addUser(t *testing.T, name string, flags ...string) {
	t.Helper()
	s.command(t, passwordOf(name)+"\n", append([]string{"user", "add", "--state", s.state, name, "--password-stdin"}, flags...)...)
}

// passwordOf is the password of a user of the tests. It has a colon, which
// only separates the first time in Basic authentication.
func passwordOf(user string) string { return user + ":pass word" }

// command runs a command of winrmd and returns its standard output.
func (s *server) command(t *testing.T, input string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, s.program, arguments...)
	command.Stdin = strings.NewReader(input)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, "winrmd %v:\n%s", arguments, &stderr)
	return string(output)
}
