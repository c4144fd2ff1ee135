package interop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// remoting is a client of package psremoting as alice.
func (s *server) remoting(t *testing.T) *psremoting.Client {
	t.Helper()
	return psremoting.Use(s.goClient(t, "http", goAlice()))
}

// openPool opens a pool and closes it at the end of the test, if it is still this
// client's.
func openPool(ctx context.Context, t *testing.T, c *psremoting.Client, o psremoting.Options) *runspacepool.RunspacePool {
	t.Helper()
	p, err := c.Open(ctx, o)
	require.NoError(t, err)
	closePool(t, p)
	return p
}

func closePool(t *testing.T, p *runspacepool.RunspacePool) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if state, _ := p.State(); !state.Final() && state != runspacepool.Disconnected {
			assert.NoError(t, p.Close(ctx))
		}
	})
}

// startScript starts a pipeline of scripts.
func startScript(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool, script string) *runspacepool.Pipeline {
	t.Helper()
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
	require.NoError(t, err)
	return pl
}

// remoteTexts are what a pipeline puts out, as text, to its end.
func remoteTexts(ctx context.Context, pl *runspacepool.Pipeline) (all []string, err error) {
	for r, err := range pl.Records(ctx) {
		if err != nil {
			return all, err
		}
		if r.Stream == runspacepool.StreamOutput {
			all = append(all, r.Text())
		}
	}
	return all, nil
}

// remoteOutput is remoteTexts of a script that has to complete.
func remoteOutput(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool, script string) []string {
	t.Helper()
	all, err := remoteTexts(ctx, startScript(ctx, t, p, script))
	require.NoError(t, err)
	return all
}

// TestRemotingLife: the life of a pool, in one client and in another.
func TestRemotingLife(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	client := s.remoting(t)
	p := openPool(ctx, t, client, psremoting.Options{Name: "life", IdleTimeout: 10 * time.Minute})
	state, err := p.State()
	require.NoError(t, err)
	assert.Equal(t, runspacepool.Opened, state)
	assert.Equal(t, "2.3", p.ProtocolVersion())
	assert.Equal(t, numbersText(1, 3), remoteOutput(ctx, t, p, "1..3"))

	slow := startScript(ctx, t, p, "1..20; Start-Sleep -Milliseconds 500; 21..40")
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	_, err = slow.Next(ctx)
	require.ErrorIs(t, err, runspacepool.ErrDisconnected)
	pipelineState, _ := slow.State()
	assert.Equal(t, psrp.PSInvocationDisconnected, pipelineState)
	require.NoError(t, p.Reconnect(ctx))
	for n := range 5 {
		r, err := slow.Next(ctx)
		require.NoError(t, err)
		assert.Equal(t, numbersText(1, 5)[n], r.Text())
	}
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))

	other := s.remoting(t)
	pools, err := other.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	assert.Equal(t, "life", pools[0].Name())
	assert.Equal(t, psremoting.None, pools[0].Availability)
	require.Len(t, pools[0].Commands, 1)
	there, err := other.Connect(ctx, pools[0], psremoting.Options{})
	require.NoError(t, err)
	closePool(t, there)
	again, err := there.ConnectPipeline(ctx, pools[0].Commands[0].ID)
	require.NoError(t, err)
	got, err := remoteTexts(ctx, again)
	require.NoError(t, err)

	// What the first has in hand is its own, and the rest the other's: together
	// they are all, in order.
	var kept []string
	for {
		r, err := slow.Next(ctx)
		if err != nil {
			require.ErrorIs(t, err, runspacepool.ErrDisconnected)
			break
		}
		kept = append(kept, r.Text())
	}
	assert.Equal(t, numbersText(6, 40), append(kept, got...))
	require.Error(t, p.Reconnect(ctx), "it is the other's now")
	require.NoError(t, there.Close(ctx))
	require.NoError(t, there.Close(ctx))
	_, err = there.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1")}})
	require.ErrorIs(t, err, runspacepool.ErrClosed)
	pools, err = client.Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, pools)
}
