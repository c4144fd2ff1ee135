//go:build linux

package fault

import (
	"context"
	"encoding/json"
	"fmt"
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

// server is a daemon that is killed and started again.
type server struct {
	*daemon.Daemon
	mark string // in the environment of all that it starts
	log  string // a file
	// unmount takes the disk away that the sessions were on; nil where they had
	// none of their own.
	unmount func() error
}

// endTimeout is for what ends on a busy machine.
const endTimeout = 30 * time.Second

// start starts a server, at whose end nothing of it may be left.
func start(t *testing.T, settings string, change ...func(*daemon.Config)) *server {
	t.Helper()
	engine := engine(t)
	path, err := program()
	require.NoError(t, err)
	directory := t.TempDir()
	s := &server{mark: "WINRMD_FAULT_TEST=" + directory + ";", log: filepath.Join(directory, "log")}
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { log.Close() })
	c := daemon.Config{
		Program: path, Engine: engine, Settings: settings, Environment: []string{s.mark, "GORACE=halt_on_error=0"},
		Log: log, FixedPorts: true,
	}
	for _, f := range change {
		f(&c)
	}
	s.Daemon, err = daemon.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { s.end(t) })
	return s
}

// end ends everything and checks what is left.
func (s *server) end(t *testing.T) {
	t.Helper()
	if !s.Running() {
		assert.NoError(t, s.Restart())
	}
	assert.NoError(t, s.RemoveSessions())
	eventuallyNone(t, endTimeout, s.directories, "directories of the sessions")
	if s.unmount != nil {
		assert.NoError(t, s.unmount())
	}
	assert.NoError(t, s.Stop())
	eventuallyNone(t, endTimeout, func() []string { return describe(holding("environ", s.mark)) }, "processes of the server")
	content, err := os.ReadFile(s.log)
	assert.NoError(t, err)
	for _, bad := range []string{"WARNING: DATA RACE", "panic:", "fatal error:"} {
		assert.NotContains(t, string(content), bad, "log")
	}
	if t.Failed() {
		const end = 8 << 10
		t.Logf("log:\n%s", content[max(0, len(content)-end):])
	}
}

// directories are those of the sessions. Beside them lies what the daemon tells
// hosts.
func (s *server) directories() []string {
	found, _ := filepath.Glob(filepath.Join(s.Shells(), "*-*-*-*-*"))
	return slices.DeleteFunc(found, func(path string) bool { return filepath.Ext(path) != "" })
}

// config is for a client of the server.
func (s *server) config() psrpclient.Config {
	return psrpclient.Config{URL: s.HTTP, User: daemon.User, Password: daemon.Password}
}

// client makes a client whose connections end with the test.
func (s *server) client(t *testing.T, change ...func(*psrpclient.Config)) *psrpclient.Client {
	c := s.config()
	for _, f := range change {
		f(&c)
	}
	client := psrpclient.New(c)
	t.Cleanup(client.Abandon)
	return client
}

// open opens a pool with a client of its own.
func (s *server) open(t *testing.T, change ...func(*psrpclient.Config)) *psrpclient.Pool {
	t.Helper()
	pool, err := s.client(t, change...).Open(within(t, time.Minute))
	require.NoError(t, err)
	return pool
}

// host is the process of a session's host, as its record has it.
func (s *server) host(t *testing.T, shellID string) int {
	t.Helper()
	var record struct{ PID int }
	content, err := os.ReadFile(filepath.Join(s.Shells(), shellID, "host.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &record))
	require.True(t, alive(record.PID))
	return record.PID
}

// engine is the process of a session's engine.
func (s *server) engine(t *testing.T, shellID string) int {
	t.Helper()
	host := s.host(t, shellID)
	var engines []int
	want, err := filepath.EvalSymlinks(engine(t))
	require.NoError(t, err)
	for _, pid := range tree(host)[1:] {
		if path, err := os.Readlink("/proc/" + itoa(pid) + "/exe"); err == nil && path == want {
			engines = append(engines, pid)
		}
	}
	require.Len(t, engines, 1, "engines of host %d: %v", host, describe(tree(host)))
	return engines[0]
}

// list are the sessions as the command lists them.
func (s *server) list(ctx context.Context) ([]psrpclient.ShellInfo, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	output, err := exec.CommandContext(ctx, path, "session", "list", "--state", s.State(), "--output", "json").Output()
	if err != nil {
		return nil, err
	}
	var all []psrpclient.ShellInfo
	return all, json.Unmarshal(output, &all)
}

// listed reports whether the command lists a session.
func (s *server) listed(t *testing.T, shellID string) bool {
	t.Helper()
	all, err := s.list(within(t, 10*time.Second))
	require.NoError(t, err)
	for _, one := range all {
		if one.ShellID == shellID {
			return true
		}
	}
	return false
}

// kill ends a process at once.
func kill(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// own reports whether a process is the server or, of a server of the superuser, its
// starter, and so none of a session. The starter of one that was killed ends a
// moment after it.
func (s *server) own(pid int) bool {
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return pid == s.PID() || err != nil || strings.Contains(string(command), "\x00starter\x00")
}
