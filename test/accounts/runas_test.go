//go:build linux

package accounts

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/test/account"
)

// TestRunAs: sessions of a configuration with RunAsUser run as that account, which
// uses them too; a third user gets nowhere.
func TestRunAs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	operator := account.New(t)
	require.NoError(t, w.AddUser(operator.Name))
	require.NoError(t, os.WriteFile(filepath.Join(w.State(), "configurations", "shared.toml"),
		[]byte("RunAsUser = '"+operator.Name+"'\n"), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	options := psremoting.Options{Configuration: "shared"}
	pool, err := w.client(w.ann).Open(ctx, options)
	require.NoError(t, err, "%s", w.log)
	assert.Equal(t, operator.Name+"\n"+operator.Home, w.run(pool, "& id -un; $env:HOME"))
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("7..9")}})
	require.NoError(t, err)
	require.NoError(t, pool.Disconnect(ctx, runspacepool.DisconnectOptions{}))

	others, err := w.client(w.bob).Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, others)
	pools, err := w.client(operator).Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	assert.Equal(t, w.ann.Name, pools[0].Owner(), "whoever runs it")
	_, err = w.client(w.bob).Connect(ctx, pools[0], options)
	require.ErrorContains(t, err, "Access is denied")
	require.ErrorContains(t, w.client(w.bob).Remove(ctx, pools[0]), "Access is denied")

	theirs, err := w.client(operator).Connect(ctx, pools[0], options)
	require.NoError(t, err)
	pipeline, err = theirs.ConnectPipeline(ctx, pipeline.ID())
	require.NoError(t, err)
	assert.Equal(t, "7\n8\n9", w.output(ctx, pipeline))
	require.NoError(t, theirs.Disconnect(ctx, runspacepool.DisconnectOptions{}))

	pools, err = w.client(w.ann).Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1, "it is still its owner's")
	require.NoError(t, w.client(operator).Remove(ctx, pools[0]))
	assert.Eventually(t, func() bool { return len(owned(t, operator)) == 0 && len(entries(t, w.Shells())) == 0 }, patience, 10*time.Millisecond)
}
