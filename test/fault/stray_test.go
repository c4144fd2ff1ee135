//go:build linux

package fault

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// strayTimeout is how soon what has got away must be gone.
const strayTimeout = 5 * time.Second

// strays numbers those of all tests, by which they are found again.
var strays atomic.Int64

// stray is a process that a script starts and that does what it can to get away:
// it has a session of its own, and its parent ends at once.
type stray struct{ name, script string }

func newStray(environment string) stray {
	// The process's own number makes it another name in each run.
	name := fmt.Sprintf("1000.%d%03d", os.Getpid(), strays.Add(1))
	return stray{name, fmt.Sprintf("& /bin/sh -c '(%s setsid sleep %s </dev/null >/dev/null 2>&1 &)'; ", environment, name)}
}

// newStrays are one with its environment and one without.
func newStrays() []stray { return []stray{newStray(""), newStray("env -i")} }

func (y stray) pids() []int { return holding("cmdline", "sleep\x00"+y.name) }

// victim is a session in which a script has started strays and goes on.
type victim struct {
	pool     *psrpclient.Pool
	pipeline *psrpclient.Pipeline
	host     int
	tree     []int // with the strays
}

// prey opens a session with strays in it, whose script does something at last.
func (s *server) prey(t *testing.T, last string, change ...func(*psrpclient.Config)) *victim {
	t.Helper()
	v := &victim{pool: s.open(t, change...)}
	ctx := within(t, time.Minute)
	var script string
	all := newStrays()
	for _, y := range all {
		script += y.script
	}
	var err error
	v.pipeline, err = v.pool.Start(ctx, script+"'ready'; "+last, false)
	require.NoError(t, err)
	for ready := false; !ready; {
		_, err := v.pipeline.Receive(ctx, func([]byte) error { ready = true; return nil })
		require.NoError(t, err)
	}
	v.host = s.host(t, v.pool.ID())
	v.tree = append(tree(v.host), s.engine(t, v.pool.ID()))
	for _, y := range all {
		require.Eventually(t, func() bool { return len(y.pids()) == 1 }, 10*time.Second, 10*time.Millisecond, "stray %s", y.name)
		v.tree = append(v.tree, y.pids()...)
	}
	return v
}

// forever is what a script does that is to be killed.
const forever = "[Threading.Thread]::Sleep(1000000)"

// waits sends a Receive that waits, and gives its error.
func (v *victim) waits(ctx context.Context) <-chan error {
	answer := make(chan error, 1)
	go func() {
		for {
			if ended, err := v.pipeline.Receive(ctx, nil); err != nil || ended {
				answer <- err
				return
			}
		}
	}()
	return answer
}

// checkGone checks that nothing of the session is left.
func (s *server) checkGone(t *testing.T, v *victim, limit time.Duration) {
	t.Helper()
	gone(t, limit, v.tree, "its processes")
	eventuallyNone(t, limit, func() []string {
		path := s.Shells() + "/" + v.pool.ID()
		if _, err := os.Stat(path); err == nil {
			return []string{path}
		}
		return nil
	}, "its directory")
}

// TestStray: what a script has started ends with its session, whichever way that
// ends and whatever it has done to get away.
func TestStray(t *testing.T) {
	t.Parallel()
	t.Run("Delete", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		v := s.prey(t, forever)
		require.NoError(t, v.pool.Close(within(t, time.Minute)))
		s.checkGone(t, v, strayTimeout)
	})
	t.Run("engine exits", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		exit := filepath.Join(t.TempDir(), "exit")
		v := s.prey(t, fmt.Sprintf("while (-not [IO.File]::Exists('%s')) { [Threading.Thread]::Sleep(20) }; [Environment]::Exit(3)", exit))
		require.NoError(t, os.WriteFile(exit, nil, 0o600))
		s.checkBroken(t, v, "ended")
	})
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		s := start(t, "")
		const idle = time.Minute // no client may ask for less
		v := s.prey(t, forever, func(c *psrpclient.Config) { c.IdleTimeout = idle })
		require.NoError(t, v.pool.Disconnect(within(t, time.Minute)))
		began := time.Now()
		require.Never(t, func() bool { return !alive(v.host) }, idle-5*time.Second, time.Second)
		s.checkGone(t, v, 5*time.Second+strayTimeout)
		require.GreaterOrEqual(t, time.Since(began), idle-time.Second)
	})
}
