package interop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
)

// TestRemotingPool: what is asked of a pool itself.
func TestRemotingPool(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	events := make(chan runspacepool.UserEvent, 10)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{Pool: runspacepool.Config{
		MaxRunspaces: 2, Event: func(e runspacepool.UserEvent) { events <- e },
	}})

	n, err := p.AvailableRunspaces(ctx)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	busy := startScript(ctx, t, p, "'here'; Start-Sleep 600")
	_, err = busy.Next(ctx)
	require.NoError(t, err)
	n, err = p.AvailableRunspaces(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	done, err := p.ResetRunspaceState(ctx)
	require.NoError(t, err)
	assert.False(t, done, "only a pool of one runspace can be reset")

	for _, step := range []struct {
		set  func(n int) (bool, error)
		n    int
		done bool
	}{
		{func(n int) (bool, error) { return p.SetMaxRunspaces(ctx, n) }, 5, true},
		{func(n int) (bool, error) { return p.SetMinRunspaces(ctx, n) }, 3, true},
		{func(n int) (bool, error) { return p.SetMinRunspaces(ctx, n) }, 6, false},
		{func(n int) (bool, error) { return p.SetMaxRunspaces(ctx, n) }, -1, false},
	} {
		done, err := step.set(step.n)
		require.NoError(t, err)
		assert.Equal(t, step.done, done, "%d", step.n)
	}
	minimum, maximum := p.Limits()
	assert.Equal(t, []int{3, 5}, []int{minimum, maximum})

	assert.Empty(t, remoteOutput(ctx, t, p, `$events = $ExecutionContext.Events
$null = $events.SubscribeEvent($null, '', 'Mine', $null, [scriptblock]$null, $true, $true)
$null = $events.GenerateEvent('Mine', 'me', @(1, 2), 'data')`))
	select {
	case e := <-events:
		assert.Equal(t, "Mine", e.SourceIdentifier)
		assert.Equal(t, "me", clixml.Text(e.Sender))
		assert.Equal(t, "data", clixml.Text(e.MessageData))
		assert.WithinDuration(t, time.Now(), e.TimeGenerated, 10*time.Minute)
	case <-ctx.Done():
		require.FailNow(t, "no event")
	}
	require.NoError(t, busy.Close(ctx))
}

// TestRemotingReset: the variables of a pool's runspace are gone after a reset.
func TestRemotingReset(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{})
	assert.Equal(t, []string{"1"}, remoteOutput(ctx, t, p, "$mine = 1; $mine"))
	done, err := p.ResetRunspaceState(ctx)
	require.NoError(t, err)
	assert.True(t, done)
	assert.Equal(t, []string{"True"}, remoteOutput(ctx, t, p, "$null -eq $mine"))
}

// TestRemotingRefused: what cannot be opened or connected to is an error, and
// nothing is left at the server.
func TestRemotingRefused(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	client := s.remoting(t)
	_, err := client.Open(ctx, psremoting.Options{Configuration: "Nowhere"})
	var f *wsman.Fault
	require.ErrorAs(t, err, &f)
	_, err = client.Open(ctx, psremoting.Options{Pool: runspacepool.Config{ApplicationArguments: 7}})
	require.ErrorContains(t, err, "dictionary")
	pools, err := client.Pools(ctx)
	require.NoError(t, err)
	assert.Empty(t, pools)

	p := openPool(ctx, t, client, psremoting.Options{})
	pools, err = client.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	assert.Equal(t, psremoting.Busy, pools[0].Availability)
	_, err = s.remoting(t).Connect(ctx, pools[0], psremoting.Options{})
	require.ErrorAs(t, err, &f, "it is another client's")

	// Somebody ends it: its client is told.
	require.NoError(t, s.remoting(t).Remove(ctx, pools[0]))
	awaitState(t, p, runspacepool.Broken)
	_, reason := p.State()
	require.Error(t, reason)
	var broken *runspacepool.PoolError
	_, err = p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1")}})
	require.ErrorAs(t, err, &broken)
	require.NoError(t, p.Close(ctx))
}

// TestRemotingNested: a nested pipeline runs within the one that is busy, and sees
// its variables.
func TestRemotingNested(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{})
	outer := startScript(ctx, t, p, "$mine = 5; 'begun'; while ($true) { Start-Sleep -Milliseconds 50 }")
	_, err := outer.Next(ctx)
	require.NoError(t, err)
	nested, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("$mine")}, Nested: true})
	require.NoError(t, err)
	got, err := remoteTexts(ctx, nested)
	require.NoError(t, err)
	assert.Equal(t, []string{"5"}, got)
	require.NoError(t, outer.Stop(ctx))
	var stopped *runspacepool.PipelineError
	require.ErrorAs(t, outer.Wait(ctx), &stopped)
}
