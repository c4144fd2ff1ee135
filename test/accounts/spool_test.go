//go:build linux

package accounts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	known "github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/spool"
)

// TestTotalSpool: what sessions of several accounts keep on disk has one limit,
// though none sees another's; what one gives back the next gets.
func TestTotalSpool(t *testing.T) {
	t.Parallel()
	const limit = 24 << 20
	w := newWorld(t, "[Shell]\nOutputBufferSizeMB = 40\nMaxSpoolMB = 100\nMaxTotalSpoolMB = 24\n")
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	w.leaveOutput(ctx, w.ann)
	w.untilFull(limit)
	for _, a := range []*known.Account{w.bob, nobody} {
		w.leaveOutput(ctx, a)
	}
	for end := time.Now().Add(5 * spool.CountInterval); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		require.LessOrEqual(t, w.keptByAll(), int64(limit))
	}
	anns := w.shellOf(w.ann)
	info, err := os.Stat(filepath.Join(w.Shells(), anns, "spool"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o750), info.Mode().Perm(), "the daemon looks at what others do not")
	text, err := as(w.bob, "ls", filepath.Join(w.Shells(), anns, "spool"))
	require.Error(t, err, "%s", text)

	mine, err := w.client(w.ann).Pools(ctx)
	require.NoError(t, err)
	require.Len(t, mine, 1)
	require.NoError(t, w.client(w.ann).Remove(ctx, mine[0]))
	w.leaveOutput(ctx, w.bob)
	w.untilFull(limit)
	require.NoError(t, w.RemoveSessions())
	assert.Eventually(t, func() bool { return len(entries(t, w.Shells())) == 0 }, patience, 10*time.Millisecond, "nor what they were allowed")
}

// leaveOutput leaves a session with 20 MB that a finished command has put out and nobody
// takes: it goes to disk as far as there is room.
func (w *world) leaveOutput(ctx context.Context, a *known.Account) {
	w.Helper()
	client := w.client(a)
	pool, err := client.Open(ctx, psremoting.Options{})
	require.NoError(w, err, "%s", w.log)
	_, err = pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1..200 | ForEach-Object { 'x' * 100000 }")}})
	require.NoError(w, err)
	require.NoError(w, pool.Disconnect(ctx, runspacepool.DisconnectOptions{}))
}

// untilFull waits until the sessions together keep so much on disk that no other
// segment has room, and requires that they never keep more than the limit.
func (w *world) untilFull(limit int64) {
	w.Helper()
	const segment = 4 << 20
	var sum int64
	for end := time.Now().Add(2 * patience); sum <= limit-segment && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		sum = w.keptByAll()
		require.LessOrEqual(w, sum, limit)
	}
	require.Greater(w, sum, limit-segment)
}

// keptByAll is how much all sessions keep on disk.
func (w *world) keptByAll() (sum int64) {
	w.Helper()
	for _, name := range entries(w, w.Shells()) {
		sum += w.kept(name)
	}
	return sum
}

// kept is how much a session keeps on disk; what has no directory keeps nothing.
func (w *world) kept(shellID string) int64 {
	w.Helper()
	size, err := spool.Size(filepath.Join(w.Shells(), shellID, "spool"))
	if !errors.Is(err, syscall.ENOTDIR) { // what lies beside it
		require.NoError(w, err)
	}
	return size
}
