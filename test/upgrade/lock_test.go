//go:build linux

package upgrade

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused starts a second daemon on the state directory, which must refuse.
func (s *server) refused(t *testing.T) {
	t.Helper()
	began := time.Now()
	output, err := s.command(anyPort, anyPort).CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(output), "another winrmd serves the state directory "+s.state)
	assert.NotContains(t, string(output), "winrmd ready")
	assert.Less(t, time.Since(began), 10*time.Second)
}

// TestSecondDaemonRefuses: whatever the first one does, and whether its socket
// is there or not.
func TestSecondDaemonRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, newProgram(t))
	s.refused(t)

	pid := s.daemon(t)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	s.refused(t)
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))

	require.NoError(t, os.Remove(filepath.Join(s.state, "winrmd.sock")))
	s.refused(t)

	s.upgrade(t, pid)
	s.refused(t)
	s.terminate(t)
	s.run(t, s.command(anyPort, anyPort)) // the lock has ended with its process
	s.waitReady(t)
}

// TestSecondDaemonRefusesWhileTheFirstStarts: before there is a socket there is
// the lock. What keeps the first one from being ready is a session whose host
// does not answer.
func TestSecondDaemonRefusesWhileTheFirstStarts(t *testing.T) {
	t.Parallel()
	s := start(t, newProgram(t))
	_, err := s.client(t).Open(within(t, sessionTime))
	require.NoError(t, err)
	s.terminate(t)
	<-s.exited
	hosts := s.hosts()
	require.Len(t, hosts, 1)
	require.NoError(t, syscall.Kill(hosts[0], syscall.SIGSTOP))
	t.Cleanup(func() { _ = syscall.Kill(hosts[0], syscall.SIGCONT) })

	s.run(t, s.command(anyPort, anyPort))
	require.Eventually(t, func() bool { return holdsLock(s.first.Process.Pid) }, startTimeout, 10*time.Millisecond)
	s.refused(t)
	assert.NoFileExists(t, filepath.Join(s.state, "winrmd.sock"), "the first one still starts")
	assert.Empty(t, s.readyLines()[s.ready:])
	require.NoError(t, syscall.Kill(hosts[0], syscall.SIGCONT))
	s.waitReady(t)
}

// holdsLock reports whether a process has taken a lock on a whole file
// (proc_locks(5)).
func holdsLock(pid int) bool {
	content, _ := os.ReadFile("/proc/locks")
	return regexp.MustCompile(`FLOCK +ADVISORY +WRITE +` + strconv.Itoa(pid) + ` `).Match(content)
}
