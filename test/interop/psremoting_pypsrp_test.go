package interop

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// TestRemotingFromPypsrp: what pypsrp has left is received here, with a question
// of the script on the way.
func TestRemotingFromPypsrp(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true})
	left := s.client().leave(t, args{"scripts": []string{"1..10; Start-Sleep 1; 11..20; Write-Warning 'a warning'"}, "receive": 3})
	require.Len(t, left.Pools, 1)
	ctx := bounded(t)
	client := s.remoting(t)
	pools, err := client.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	p, err := client.Connect(ctx, pools[0], psremoting.Options{})
	require.NoError(t, err)
	closePool(t, p)
	require.Len(t, pools[0].Commands, 1)
	pl, err := p.ConnectPipeline(ctx, pools[0].Commands[0].ID)
	require.NoError(t, err)
	var got, warnings []string
	for r, err := range pl.Records(ctx) {
		require.NoError(t, err)
		switch r.Stream {
		case runspacepool.StreamOutput:
			got = append(got, r.Text())
		case runspacepool.StreamWarning:
			warnings = append(warnings, r.Text())
		}
	}
	// pypsrp leaves without confirming its last answer, which then comes again.
	require.GreaterOrEqual(t, len(got), 10)
	assert.Equal(t, numbersText(21-len(got), 20), got)
	assert.Equal(t, []string{"a warning"}, warnings)
	assert.Equal(t, []string{"after"}, remoteOutput(ctx, t, p, "'after'"))
	secretsBothWays(ctx, t, p)
}

// TestRemotingToPypsrp: what is left here is received by pypsrp, and nothing of
// what was received here before.
func TestRemotingToPypsrp(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{})
	pl := startScript(ctx, t, p, "1..5; Start-Sleep 1; 6..20; [pscustomobject]@{ A = 1 }.A")
	var seen []any
	take := func(ctx context.Context) bool {
		r, err := pl.Next(ctx)
		if err != nil {
			require.ErrorIs(t, err, runspacepool.ErrDisconnected)
			return false
		}
		n, ok := clixml.Base(r.Value).(clixml.Int32)
		require.True(t, ok)
		seen = append(seen, float64(n))
		return true
	}
	for range 3 {
		require.True(t, take(ctx))
	}
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	for take(ctx) {
	}
	var left departure
	left.Pools = append(left.Pools, struct {
		ShellID string `json:"shellId"`
		Seen    []any
	}{ShellID: runspacepool.ShellID(p.ID())})
	pipeline := s.client().comeBack(t, left, args{"after": "'after'"}).onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, append(numbers(1, 20), any(float64(1))), append(seen, pipeline.Output...))
}
