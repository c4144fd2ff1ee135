package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startStranger starts a process that is no child of this one.
func startStranger(t *testing.T, s sleepers) int {
	t.Helper()
	c := s.command("setsid zzz >/dev/null 2>&1 & echo $!")
	out, err := c.Output()
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	require.NoError(t, err)
	require.NotContains(t, children(os.Getpid()), pid)
	s.wait(t, 1)
	return pid
}

func isDone(w *Watch) bool {
	select {
	case <-w.Done():
		return true
	default:
		return false
	}
}

func waitDone(t *testing.T, w *Watch) {
	t.Helper()
	select {
	case <-w.Done():
	case <-time.After(soon):
		t.Fatal("its end was not told")
	}
}

func TestWatch(t *testing.T) {
	s := newSleepers(t)
	pid := startStranger(t, s)
	identity, err := Identity(pid)
	require.NoError(t, err)
	again, err := Identity(pid)
	require.NoError(t, err)
	assert.Equal(t, identity, again)

	var watches []*Watch
	for _, i := range []string{identity, ""} {
		w, err := NewWatch(pid, i)
		require.NoError(t, err)
		defer w.Close()
		assert.False(t, isDone(w))
		watches = append(watches, w)
	}
	closed, err := NewWatch(pid, identity)
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	require.NoError(t, closed.Close())
	other, err := NewWatch(pid, "1@"+identity)
	require.NoError(t, err)
	assert.True(t, isDone(other), "the number is somebody else's now")
	require.NoError(t, other.Close())

	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	for _, w := range watches {
		waitDone(t, w)
	}
	assert.False(t, isDone(closed), "nobody has looked")
}

func TestWatchNobody(t *testing.T) {
	c := sleepers("").command("exit 0")
	require.NoError(t, c.Run())
	for _, pid := range []int{c.Process.Pid, -1, 1 << 30} {
		w, err := NewWatch(pid, "")
		require.NoError(t, err)
		assert.True(t, isDone(w))
		require.NoError(t, w.Close())
		_, err = Identity(pid)
		assert.ErrorIs(t, err, os.ErrProcessDone)
	}
}

// TestWatchTicking is the way of kernels without pidfds.
func TestWatchTicking(t *testing.T) {
	s := newSleepers(t)
	pid := startStranger(t, s)
	interrupted, err := watchTicking(pid)
	require.NoError(t, err)
	interrupted.interrupt()
	assert.False(t, interrupted.wait())
	w, err := watchTicking(pid)
	require.NoError(t, err)
	told := make(chan bool, 1)
	go func() { told <- w.wait() }()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	assert.True(t, <-told)
	assert.Eventually(t, func() bool {
		_, err := watchTicking(pid)
		return err != nil
	}, soon, often)
}
