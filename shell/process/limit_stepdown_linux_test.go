package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// anyController is one that is not bound to cgroup v1 on this machine.
func anyController(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(unified(t), "cgroup.controllers"))
	require.NoError(t, err)
	fields := strings.Fields(string(text))
	require.NotEmpty(t, fields, "a controller of cgroup v2")
	if slices.Contains(fields, controllerMemory) {
		return controllerMemory
	}
	return fields[0]
}

// Who shares a control group out cannot be in it himself: its own processes make
// room, and nobody else's are moved.
func TestStepDown(t *testing.T) {
	controller := anyController(t)
	require.NoError(t, enable(unified(t), controller))
	group := makeGroup(t, "a-service")
	ours := exec.CommandContext(t.Context(), "sleep", "1000")
	require.NoError(t, StartOwn(ours))
	defer func() {
		_ = ours.Process.Kill()
		_ = ours.Wait()
		assert.Eventually(t, func() bool {
			_ = syscall.Rmdir(filepath.Join(group, DaemonGroup))
			_, err := os.Stat(filepath.Join(group, DaemonGroup))
			return os.IsNotExist(err)
		}, soon, often)
	}()
	require.NoError(t, setting(group, "cgroup.procs", strconv.Itoa(ours.Process.Pid)))

	require.NoError(t, enable(group, controller))
	enabled, err := os.ReadFile(filepath.Join(group, "cgroup.subtree_control"))
	require.NoError(t, err)
	assert.Contains(t, string(enabled), controller)
	members, err := membersOf(filepath.Join(group, DaemonGroup))
	require.NoError(t, err)
	assert.Equal(t, []int{ours.Process.Pid}, members)
	require.NoError(t, enable(group, controller), "again")
}

func TestStepDownNotForOthers(t *testing.T) {
	group := makeGroup(t, "somebody-elses")
	// The grandchild's parent ends: it is no descendant of ours any more.
	s := newSleepers(t)
	s.leave(t, "setsid zzz >/dev/null 2>&1 &")
	pid := s.wait(t, 1)[0]
	defer func() {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		s.none(t)
	}()
	require.NoError(t, setting(group, "cgroup.procs", strconv.Itoa(pid)))
	require.ErrorIs(t, stepDown(group), ErrNoCgroup)
	assert.NoDirExists(t, filepath.Join(group, DaemonGroup))
}
