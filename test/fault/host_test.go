//go:build linux

package fault

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// hostLost is part of what clients are told.
const hostLost = "its host process has ended unexpectedly"

// TestHostKilled: when a host is killed, all that ran in its session is gone,
// its client is told, and the other sessions do not notice.
func TestHostKilled(t *testing.T) {
	t.Parallel()
	t.Run("while its client waits", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		other := s.tick(t)
		v := s.prey(t, forever)
		answer := v.waits(within(t, time.Minute))
		pause := time.NewTimer(200 * time.Millisecond) // until it waits
		<-pause.C
		began := time.Now()
		kill(t, v.host)
		checkLost(t, <-answer, "the one that waits")
		assert.Less(t, time.Since(began), 5*time.Second)
		s.checkLost(t, v)
		other.goesOn(t)
		other.finish(t)
	})
	t.Run("between requests", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		other := s.tick(t)
		v := s.prey(t, forever)
		kill(t, v.host)
		s.checkLost(t, v)
		other.goesOn(t)
		other.finish(t)
	})
	t.Run("while the daemon is dead", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		again := &holder{}
		other := s.tick(t, func(c *psrpclient.Config) { c.Again = again.again })
		v := s.prey(t, forever, func(c *psrpclient.Config) { c.Again = again.again })
		answer := v.waits(within(t, time.Minute))
		require.NoError(t, s.Crash())
		kill(t, v.host)
		require.NoError(t, s.Restart())
		checkLost(t, <-answer, "the one that waits")
		s.checkLost(t, v)
		other.goesOn(t)
		other.finish(t)
	})
	t.Run("many", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		var all []*victim
		for range 4 {
			all = append(all, s.prey(t, forever))
		}
		for _, v := range all[:3] {
			kill(t, v.host)
		}
		for _, v := range all[:3] {
			s.checkLost(t, v)
		}
		assert.True(t, alive(all[3].host))
		assert.True(t, s.listed(t, all[3].pool.ID()))
	})
}

// TestHostKilledWithOutput: what a script that had finished has put out is there
// for who connects, though host and engine are not.
func TestHostKilledWithOutput(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]bool{"the daemon lives": false, "the daemon is dead": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "")
			v := s.prey(t, "'end'")
			ctx := within(t, time.Minute)
			finished, err := v.pool.Start(ctx, "1..5000", false)
			require.NoError(t, err)
			running, err := v.pool.Start(ctx, "'runs'; "+forever, false)
			require.NoError(t, err)
			require.NoError(t, v.pipeline.Wait(ctx, nil)) // the end of the first tells little of the second
			require.NoError(t, v.pool.Disconnect(ctx))
			index := filepath.Join(s.Shells(), v.pool.ID(), "spool", "index")
			require.Eventually(t, func() bool {
				content, err := os.ReadFile(index)
				return err == nil && bytes.Contains(content, []byte(finished.ID())) && bytes.Contains(content, []byte(`"Finished":true`))
			}, time.Minute, 20*time.Millisecond, "nothing was put aside")
			if down {
				require.NoError(t, s.Crash())
			}
			kill(t, v.host)
			if down {
				require.NoError(t, s.Restart())
			}
			gone(t, strayTimeout, v.tree, "its processes")
			v.pool, err = s.client(t).Connect(ctx, v.pool.ID())
			require.NoError(t, err, "another connects")
			p, err := v.pool.ConnectPipeline(ctx, finished.ID())
			require.NoError(t, err)
			seen := tally{number: number}
			require.NoError(t, p.Wait(ctx, seen.add))
			assert.Equal(t, 5000, seen.last)
			assert.Equal(t, 1, seen.first)
			p, err = v.pool.ConnectPipeline(ctx, running.ID())
			if err == nil {
				_, err = p.Receive(ctx, nil)
			}
			checkLost(t, err, "the script that ran")
			s.checkGone(t, v, toldTimeout)
		})
	}
}

// checkLost checks that a client is told what has happened to its session.
func checkLost(t *testing.T, err error, who string) {
	t.Helper()
	var fault *psrpclient.Fault
	if assert.ErrorAs(t, err, &fault, who) {
		assert.Contains(t, fault.Error(), hostLost, who)
	}
}

// checkLost checks that nothing is left of a session whose host was killed.
func (s *server) checkLost(t *testing.T, v *victim) {
	t.Helper()
	s.checkGone(t, v, strayTimeout)
	ctx := within(t, time.Minute)
	_, err := v.pool.Start(ctx, "1", false)
	checkLost(t, err, "a Command")
	_, err = v.pipeline.Receive(ctx, nil)
	checkLost(t, err, "a Receive")
	checkLost(t, v.pool.Disconnect(ctx), "a Disconnect")
	_, err = s.client(t).Connect(ctx, v.pool.ID())
	checkLost(t, err, "a Connect")
	assert.False(t, s.listed(t, v.pool.ID()), "it is in the list")
}
