//go:build linux

package accounts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	known "github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/test/daemon"
)

// nobody is a user without an account.
var nobody = &known.Account{Name: daemon.User}

// TestNobodysLimits: the sessions of users without an account run as the daemon's,
// which may make no control groups, and have their limits all the same.
func TestNobodysLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	require.NoError(t, os.WriteFile(filepath.Join(w.State(), "configurations", "bounded.toml"), []byte(
		"MaxMemoryPerShellMB = 400\nMaxProcessesPerShell = 8\nMaxOpenFilesPerShell = 400\n"), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	pool, err := w.client(nobody).Open(ctx, psremoting.Options{Configuration: "bounded"})
	require.NoError(t, err, "%s", w.log)
	assert.Equal(t, w.service.Name, w.run(pool, "& id -un"))
	for _, test := range []struct{ setting, script, limit string }{ // the last leaves no file to open
		{"MaxProcessesPerShell", "& sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 4 >/dev/null 2>&1 & done; sleep 2'; Start-Sleep 6", "8 processes"},
		{"MaxMemoryPerShellMB", "& sh -c 'head -c 900m /dev/zero | tail | wc -c'; Start-Sleep -Milliseconds 500", "400 MiB"},
		{"MaxOpenFilesPerShell", "$all = 1..500 | ForEach-Object { [IO.File]::OpenRead('/dev/null') }", "400 files"},
	} {
		assert.Contains(t, w.run(pool, test.script+"; 'after'"), "has reached "+test.setting+": its limit is "+test.limit+" and its use was ")
	}
	assert.NotContains(t, w.log.String(), "a limit cannot be had")
	assert.Contains(t, w.log.String(), "without a local account: "+nobody.Name, "they are not isolated, and that is said")
	require.NoError(t, pool.Close(ctx))
	assert.Eventually(t, func() bool { return len(w.ofService()) == 1 && len(entries(t, w.Shells())) == 0 }, patience, 10*time.Millisecond,
		"nothing is left but the daemon")
}

// ofService are the processes of the daemon's account.
func (w *world) ofService() []int { return owned(w, w.service) }

// TestNobodyComesBack: the session of a user without an account outlives daemon and
// starter, is its user's again, and another host gives out what one that was killed
// has left.
func TestNobodyComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	pool := w.open(nobody)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	info, err := os.Stat(filepath.Join(w.Shells(), w.shellOf(w.service)))
	require.NoError(t, err)
	assert.EqualValues(t, w.service.GID, info.Sys().(*syscall.Stat_t).Gid)
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("4..6; & id -un")}})
	require.NoError(t, err)
	require.NoError(t, pool.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	w.untilKept(w.service)

	require.NoError(t, w.Crash())
	w.noStarter()
	require.NoError(t, w.Restart())
	client := w.client(nobody)
	mine, err := client.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, mine, 1)
	others, err := w.client(w.bob).Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, others)

	hosts := w.hostsOf(w.service)
	require.Len(t, hosts, 1)
	require.NoError(t, syscall.Kill(hosts[0], syscall.SIGKILL))
	assert.Eventually(t, func() bool {
		now := w.hostsOf(w.service)
		return len(now) == 1 && now[0] != hosts[0] && len(w.ofService()) == 2
	}, patience, 10*time.Millisecond, "nothing is left of the old one but what the new one gives out")
	again, err := client.Connect(ctx, mine[0], psremoting.Options{})
	require.NoError(t, err, "%s", w.log)
	pipeline, err = again.ConnectPipeline(ctx, pipeline.ID())
	require.NoError(t, err)
	assert.Equal(t, "4\n5\n6\n"+w.service.Name, w.output(ctx, pipeline))
	require.NoError(t, client.Remove(ctx, mine[0]))
	assert.Eventually(t, func() bool { return len(entries(t, w.Shells())) == 0 && len(w.ofService()) == 1 }, patience, 10*time.Millisecond)
}

// hostsOf are the hosts of an account's sessions.
func (w *world) hostsOf(a *known.Account) (pids []int) {
	w.Helper()
	for _, pid := range owned(w, a) {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(text), "shellhost") {
			pids = append(pids, pid)
		}
	}
	return pids
}
