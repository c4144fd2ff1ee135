package process

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestOwnSession: programs that are started in other ways than this package's are
// neither reaped nor killed, and orphans of other sessions are.
func TestOwnSession(t *testing.T) {
	if alone(t) {
		testOwnSession(t)
	}
}

// TestOwnSessionUnseen: the same where the session has no number, because its
// leader is outside of the namespace, as that of a container may be.
func TestOwnSessionUnseen(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("CI") != "true" {
		t.Skip("needs the superuser")
	}
	if !alone(t, func(c *exec.Cmd) {
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	}) {
		return
	}
	require.NoError(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	require.NoError(t, unix.Mount("proc", "/proc", "proc", 0, ""))
	session, err := unix.Getsid(0)
	require.NoError(t, err)
	require.Zero(t, session)
	testOwnSession(t)
}

func testOwnSession(t *testing.T) {
	t.Helper()
	require.NoError(t, BecomeReaper())
	require.NoError(t, OwnSession())
	reaper := NewReaper()
	defer reaper.Close()
	mine, strays := newSleepers(t), newSleepers(t)
	helper := mine.command("zzz & wait")
	require.NoError(t, helper.Start())
	mine.wait(t, 1)
	for range 30 {
		strays.leave(t, stray)
		for range 3 {
			require.NoError(t, exec.Command("true").Run(), "nobody else has waited for it")
		}
		require.NoError(t, KillOrphans(t.Context()))
		assert.Empty(t, strays.pids(t))
	}
	assert.Len(t, mine.pids(t), 1)
	require.NoError(t, helper.Process.Kill())
	require.EqualError(t, helper.Wait(), "signal: killed")
	for _, pid := range mine.pids(t) { // it has come here, and is of this session
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	mine.none(t)
}
