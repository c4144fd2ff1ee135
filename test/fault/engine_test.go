//go:build linux

package fault

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// toldTimeout is how long a host is there whose engine is not: its client must
// hear of it, by whichever of its requests.
const toldTimeout = 15 * time.Second

// checkBroken checks that the client hears why its session has ended, and that
// its host ends then.
func (s *server) checkBroken(t *testing.T, v *victim, reason string) {
	t.Helper()
	ctx := within(t, time.Minute)
	command := <-v.waits(ctx)
	assert.ErrorContains(t, command, reason, "the command's stream")
	assert.NotErrorIs(t, command, ctx.Err())
	pool := v.pool.Receive(ctx)
	for pool == nil {
		pool = v.pool.Receive(ctx)
	}
	assert.ErrorContains(t, pool, reason, "the pool's stream")
	_, err := v.pool.Start(ctx, "1", false)
	var fault *psrpclient.Fault
	require.ErrorAs(t, err, &fault, "a later request")
	s.checkGone(t, v, toldTimeout)
	assert.False(t, s.listed(t, v.pool.ID()))
}

// TestEngineKilled: a session whose engine is killed is broken, its client hears
// why, and its host ends.
func TestEngineKilled(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	other := s.tick(t)
	v := s.prey(t, forever)
	engine := s.engine(t, v.pool.ID())
	time.AfterFunc(100*time.Millisecond, func() { _ = syscall.Kill(engine, syscall.SIGKILL) }) // while its client waits
	s.checkBroken(t, v, "the PowerShell engine ended unexpectedly (signal: killed)")
	other.goesOn(t)
}
