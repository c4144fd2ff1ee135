//go:build linux

package accounts

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// TestUpgrade: a daemon that hands over hands the starter over as well, which is of
// the new version then and knows the hosts that it has started.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	daemon.Need(t, build())
	program := filepath.Join(programs, "upgrade", "winrmd")
	require.NoError(t, os.Mkdir(filepath.Dir(program), 0o755))
	install(t, program)
	w := newWorldOf(t, program, "")
	anns, nobodys := w.open(w.ann), w.open(nobody)
	starters := processes(t, "starter", w.State())
	require.Len(t, starters, 1)
	old, err := os.Stat(program)
	require.NoError(t, err)
	require.True(t, os.SameFile(old, w.programOf(starters[0])))

	serving := w.upgrade(program)
	assert.Equal(t, starters, processes(t, "starter", w.State()), "the same process")
	now, err := os.Stat(program)
	require.NoError(t, err)
	require.False(t, os.SameFile(old, now))
	for _, pid := range []int{starters[0], serving} {
		assert.True(t, os.SameFile(now, w.programOf(pid)), "of the new version")
	}
	assert.Equal(t, w.service.UID, owner(t, serving))
	assert.Zero(t, owner(t, starters[0]))

	assert.Equal(t, w.ann.Name, w.run(anns, "& id -un"), "an old session")
	assert.Equal(t, w.service.Name, w.run(nobodys, "& id -un"), "an old session")
	bobs := w.open(w.bob)
	assert.Equal(t, w.bob.Name, w.run(bobs, "& id -un"), "a new one")
	hosts := w.hostsOf(w.bob)
	require.Len(t, hosts, 1)
	assert.True(t, os.SameFile(now, w.programOf(hosts[0])), "of the new version")
	assert.Len(t, w.hostsOf(w.ann), 1, "that another session has begun and ended nothing")
	require.NoError(t, bobs.Close(t.Context()))
	assert.Equal(t, w.ann.Name, w.run(anns, "& id -un"), "nor its end")

	// Its end, and what is left of it, is the new version's to see to.
	require.NoError(t, syscall.Kill(w.hostsOf(w.ann)[0], syscall.SIGKILL))
	assert.Eventually(t, func() bool { return len(owned(t, w.ann)) == 0 }, patience, 10*time.Millisecond)
	require.NoError(t, nobodys.Close(t.Context()))
}

// upgrade lets a newer version of the program take over, and returns its process.
func (w *world) upgrade(program string) int {
	w.Helper()
	install(w.T, program)
	first := w.PID()
	require.NoError(w, syscall.Kill(first, syscall.SIGUSR2))
	var serving []int
	require.Eventually(w, func() bool {
		serving = processes(w, "serve", w.State())
		return len(serving) == 1 && serving[0] != first
	}, patience, 10*time.Millisecond, "%s", w.log)
	w.Cleanup(func() { // the Daemon is that of the first process
		require.NoError(w, w.RemoveSessions())
		require.NoError(w, syscall.Kill(serving[0], syscall.SIGTERM))
		assert.Eventually(w, func() bool { return len(processes(w, "serve", w.State())) == 0 }, patience, 10*time.Millisecond)
	})
	return serving[0]
}

// install puts the program to a place, as a file of its own.
func install(t *testing.T, program string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(programs, "winrmd"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program+".new", text, 0o755))
	require.NoError(t, os.Rename(program+".new", program))
}

// programOf is the file that a process runs.
func (w *world) programOf(pid int) os.FileInfo {
	w.Helper()
	info, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
	require.NoError(w, err)
	return info
}
