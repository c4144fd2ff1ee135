//go:build linux

package fault

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// TestIdleWhileDown: a session's clocks go on while there is no daemon.
func TestIdleWhileDown(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	const span = time.Minute // no client may ask for less
	idle := s.prey(t, forever, func(c *psrpclient.Config) { c.IdleTimeout = span })
	require.NoError(t, idle.pool.Disconnect(within(t, time.Minute)))
	silent := s.prey(t, forever, func(c *psrpclient.Config) { c.IdleTimeout = span }) // its client is not heard of
	short := s.prey(t, forever, func(c *psrpclient.Config) { c.Lifetime = span })
	long := s.tick(t)
	require.NoError(t, s.Crash())
	began := time.Now()
	for _, v := range []*victim{idle, silent, short} {
		assert.True(t, alive(v.host))
	}
	for _, v := range []*victim{idle, silent, short} {
		s.checkGone(t, v, span+strayTimeout-time.Since(began))
	}
	t.Logf("all of it is gone %v after the daemon", time.Since(began).Round(time.Millisecond))
	long.runsOn(t)
	require.NoError(t, s.Restart())
	long.goesOn(t)
	long.finish(t)
	list, err := s.list(within(t, time.Minute))
	require.NoError(t, err)
	assert.Empty(t, list)
}

// TestSilenceWhileDown: a client that is not heard of while there is no daemon
// counts as lost, and another can connect as soon as there is one.
func TestSilenceWhileDown(t *testing.T) {
	t.Parallel()
	s := start(t, robustSettings)
	y := s.tick(t)
	require.NoError(t, s.Crash())
	time.Sleep(2 * time.Second) // twice the robust-connection time
	y.runsOn(t)
	require.NoError(t, s.Restart())
	ctx := within(t, time.Minute)
	pool, err := s.client(t).Connect(ctx, y.pool.ID())
	require.NoError(t, err)
	before := y.seen
	y.pool, y.seen = pool, tally{number: number}
	y.pipeline, err = pool.ConnectPipeline(ctx, y.pipeline.ID())
	require.NoError(t, err)
	y.goesOn(t)
	assert.LessOrEqual(t, y.seen.first, before.last+1)
	y.seen.first = 1
	y.finish(t)
}
