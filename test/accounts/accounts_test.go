//go:build linux

package accounts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	known "github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// whoAmI tells what a session is.
const whoAmI = `& id -u; & id -gn; & id -Gn; $env:HOME; $env:USER; $env:LOGNAME; $env:SHELL; (Get-Location).Path; & sh -c umask; [IO.File]::WriteAllText("$env:HOME/mine", "mine"); & stat -c %U "$env:HOME/mine"`

// TestAccounts: each session is its user's, in everything, and nobody else gets at
// it; the daemon is nobody's, and has no rights.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	anns, bobs := w.open(w.ann), w.open(w.bob)
	for _, user := range []struct {
		a    *known.Account
		pool *runspacepool.RunspacePool
	}{{w.ann, anns}, {w.bob, bobs}} {
		a := user.a
		assert.Equal(t, strings.Join([]string{
			strconv.Itoa(a.UID), a.Name, a.Name, a.Home, a.Name, a.Name, "/bin/sh", a.Home, "0022", a.Name,
		}, "\n"), w.run(user.pool, whoAmI))
	}
	w.separation(anns, bobs)

	// Who has no account shares the service's.
	nobodys, err := w.client(nobody).Open(t.Context(), psremoting.Options{})
	require.NoError(t, err, "%s", w.log)
	assert.Equal(t, strings.Join([]string{w.service.Name, w.service.Home, w.service.Name}, "\n"), w.run(nobodys, "& id -un; $env:HOME; $env:USER"))
	require.NoError(t, nobodys.Close(t.Context()))

	assert.Equal(t, w.service.UID, owner(t, w.PID()), "the daemon")
	starters := processes(t, "starter", w.State())
	require.Len(t, starters, 1)
	assert.Zero(t, owner(t, starters[0]))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.PID()))
	require.NoError(t, err)
	for _, name := range []string{"CapEff", "CapPrm", "CapInh", "CapAmb"} {
		assert.Contains(t, string(status), name+":\t0000000000000000", "rights of the daemon")
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, anns.Close(ctx))
	require.NoError(t, bobs.Close(ctx))
	for _, a := range []*known.Account{w.ann, w.bob} {
		assert.Eventually(t, func() bool { return len(owned(t, a)) == 0 }, patience, 10*time.Millisecond, "processes of %s", a.Name)
	}
	assert.Eventually(t, func() bool { return len(entries(t, w.Shells())) == 0 }, patience, 10*time.Millisecond)
}

// separation: what bob tries with ann's session fails, as does what he tries with
// the server's own.
func (w *world) separation(anns, bobs *runspacepool.RunspacePool) {
	id := w.shellOf(w.ann)
	directory := filepath.Join(w.Shells(), id)
	engines := owned(w, w.ann)
	require.GreaterOrEqual(w, len(engines), 2, "host and engine")
	before := len(owned(w, w.ann))
	var tries []string
	for _, path := range []string{
		w.Shells(), directory, filepath.Join(directory, "host.json"), filepath.Join(directory, "sock"), filepath.Join(directory, "spool"),
		filepath.Join(w.ann.Home, "mine"), filepath.Join(w.State(), "users.toml"), filepath.Join(w.State(), "key.pem"),
		filepath.Join(w.Shells(), id+".json"),
	} {
		tries = append(tries, "ls "+path+"/. 2>&1 || cat "+path)
	}
	for _, pid := range append(engines, w.PID()) {
		tries = append(tries, fmt.Sprintf("cat /proc/%d/environ", pid), fmt.Sprintf("kill -9 %d", pid), fmt.Sprintf("ls /proc/%d/fd", pid))
	}
	for _, try := range tries {
		text := w.run(bobs, "& sh -c '("+try+") 2>/dev/null && echo done'")
		assert.NotContains(w, text, "done", try)
	}
	for _, path := range []string{filepath.Join(directory, "sock"), filepath.Join(w.State(), "winrmd.sock")} {
		text := w.run(bobs, "$s = [System.Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified'); try { "+
			"$s.Connect([System.Net.Sockets.UnixDomainSocketEndPoint]::new('"+path+"')); 'connected' } catch { 'refused' }")
		assert.Equal(w, "refused", text, path)
	}
	assert.Len(w, owned(w, w.ann), before)
	assert.Equal(w, "still there", w.run(anns, "'still there'"))
}

// shellOf is the ShellId of an account's only session: that of its directory.
func (w *world) shellOf(a *known.Account) (id string) {
	w.Helper()
	for _, name := range entries(w, w.Shells()) {
		info, err := os.Lstat(filepath.Join(w.Shells(), name))
		require.NoError(w, err)
		if info.IsDir() && int(info.Sys().(*syscall.Stat_t).Uid) == a.UID {
			require.Empty(w, id, "two sessions")
			id = name
		}
	}
	require.NotEmpty(w, id)
	return id
}

// owned are the processes of an account.
func owned(t testing.TB, a *known.Account) (pids []int) {
	t.Helper()
	for _, pid := range processes(t) {
		if info, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil && int(info.Sys().(*syscall.Stat_t).Uid) == a.UID {
			pids = append(pids, pid)
		}
	}
	return pids
}

// entries are the names in a directory, but for locks.
func entries(t testing.TB, directory string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(directory)
	require.NoError(t, err)
	for _, entry := range all {
		if !strings.HasSuffix(entry.Name(), ".lock") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// TestComeBack: sessions outlive daemon and starter, and are their users' again,
// and only theirs; what a killed host has left is given out to its user.
func TestComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	pool := w.open(w.ann)
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1..3; & id -un")}})
	require.NoError(t, err)
	assert.Equal(t, "1\n2\n3\n"+w.ann.Name, w.output(ctx, pipeline))
	// Nobody asks for the output of this one.
	pipeline, err = pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("4..6; & id -un")}})
	require.NoError(t, err)
	require.NoError(t, pool.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	w.untilKept(w.ann)

	require.NoError(t, w.Crash())
	w.noStarter()
	require.NoError(t, w.Restart())
	require.Len(t, processes(t, "starter", w.State()), 1)

	others, err := w.client(w.bob).Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, others)
	mine, err := w.client(w.ann).Pools(ctx)
	require.NoError(t, err)
	require.Len(t, mine, 1)
	_, err = w.client(w.bob).Connect(ctx, mine[0], psremoting.Options{})
	require.Error(t, err)

	// The host is killed: another gives its output out, as ann.
	before := owned(t, w.ann)
	for _, pid := range w.hostsOf(w.ann) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	assert.Eventually(t, func() bool {
		now := owned(t, w.ann)
		return len(now) == 1 && now[0] != before[0]
	}, patience, 10*time.Millisecond, "nothing is left of the old ones, and there is a new host")
	again, err := w.client(w.ann).Connect(ctx, mine[0], psremoting.Options{})
	require.NoError(t, err)
	pipeline, err = again.ConnectPipeline(ctx, pipeline.ID())
	require.NoError(t, err)
	assert.Equal(t, "4\n5\n6\n"+w.ann.Name, w.output(ctx, pipeline))
	require.NoError(t, w.client(w.ann).Remove(ctx, mine[0]))
	assert.Eventually(t, func() bool { return len(entries(t, w.Shells())) == 0 && len(owned(t, w.ann)) == 0 }, patience, 10*time.Millisecond)
}

// untilKept waits until what an account's session has to say is on disk.
func (w *world) untilKept(a *known.Account) {
	w.Helper()
	index := filepath.Join(w.Shells(), w.shellOf(a), "spool", "index")
	assert.Eventually(w, func() bool {
		info, err := os.Stat(index)
		return err == nil && info.Size() > 0
	}, patience, 10*time.Millisecond)
}
