package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/process"
)

// giving counts how often memory is given back, and how that ends.
type giving struct {
	takes              time.Duration
	fails              error
	begun, ended, left atomic.Int32
}

func (g *giving) give(ctx context.Context, _ string) (int64, error) {
	g.begun.Add(1)
	select {
	case <-time.After(g.takes):
		g.ended.Add(1)
		return 1, g.fails
	case <-ctx.Done():
		g.left.Add(1)
		return 0, ctx.Err()
	}
}

// testReclaimer gives nothing, and logs.
func testReclaimer(after time.Duration, g *giving) (*reclaimer, *logText) {
	log := &logText{}
	r := newReclaimer(noShell, after, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	r.give = g.give
	return r, log
}

// pass lets time go by, and what is due then happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestReclaimer: memory is given back when nobody has been there for a while, and
// not once somebody is again, or the session has ended.
func TestReclaimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const after = time.Minute
		g := &giving{}
		r, _ := testReclaimer(after, g)
		r.unattended(true)
		pass(after - 1)
		r.unattended(false)
		pass(2 * after)
		require.Zero(t, g.begun.Load())
		r.unattended(true)
		r.unattended(true) // as where it was left twice
		pass(after - 1)
		require.Zero(t, g.begun.Load())
		pass(1)
		require.EqualValues(t, 1, g.ended.Load())
		pass(2 * after)
		require.EqualValues(t, 1, g.ended.Load(), "once for each time that it is left")
		r.unattended(true)
		r.close()
		r.unattended(true)
		pass(2 * after)
		require.EqualValues(t, 1, g.begun.Load())

		r, log := testReclaimer(0, g)
		defer r.close()
		r.unattended(true)
		pass(24 * time.Hour)
		require.EqualValues(t, 1, g.begun.Load(), "it was not asked for")
		require.Zero(t, log.count("level="))
	})
}

// TestReclaimerStops: who comes back while memory is given back does not wait, and
// neither does the end of the session; it ends by itself, too.
func TestReclaimerStops(t *testing.T) {
	for name, stop := range map[string]func(*reclaimer){
		"a client":       func(r *reclaimer) { r.unattended(false) },
		"the end":        (*reclaimer).close,
		"left once more": func(r *reclaimer) { r.unattended(true) },
		"the time":       func(*reclaimer) { pass(reclaimTimeout) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &giving{takes: time.Hour}
				r, log := testReclaimer(time.Second, g)
				defer r.close()
				r.unattended(true)
				pass(time.Second)
				require.EqualValues(t, 1, g.begun.Load())
				stop(r)
				synctest.Wait()
				require.EqualValues(t, 1, g.left.Load())
				require.Equal(t, 1, log.count("stopped to give memory"))
			})
		})
	}
}

// TestReclaimerFails: that it does not work is said once, and more loudly where it
// should.
func TestReclaimerFails(t *testing.T) {
	for level, fails := range map[string]error{"INFO": process.ErrNoLimit, "WARN": errors.New("no room")} {
		t.Run(level, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &giving{fails: fails}
				r, log := testReclaimer(time.Second, g)
				defer r.close()
				for range 3 {
					r.unattended(true)
					pass(time.Second)
				}
				require.EqualValues(t, 3, g.ended.Load())
				require.Equal(t, 1, log.count("level="+level))
				require.Equal(t, 2, log.count("level=DEBUG"))
			})
		})
	}
}
