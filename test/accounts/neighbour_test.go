//go:build linux

package accounts

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// A neighbour's round trip may take this many times as long as usual while another
// session takes what it can get, and as long as nobody notices in any case: on a
// machine with two processors the median of some milliseconds is a matter of luck.
const (
	maxRatio   = 3
	unnoticed  = 100 * time.Millisecond
	roundTrips = 15
)

// hogs are what ann does to the machine. None ends by itself.
var hogs = map[string]string{
	"fork bomb":       `& sh -c 'f() { f | f & }; f; while :; do f; sleep 0.05; done'`,
	"memory hog":      `while ($true) { & sh -c 'head -c 2000m /dev/zero | tail | wc -c' }`,
	"descriptor hog":  `$all = @(); while ($true) { try { $all += [IO.File]::OpenRead('/dev/null') } catch { $all = @() } }`,
	"busy processors": `& sh -c 'for i in 1 2 3 4 5 6 7 8; do while :; do :; done & done; wait'`,
}

// TestNeighbour: what one session takes the others have all the same.
func TestNeighbour(t *testing.T) {
	w := newWorld(t, "")
	require.NoError(t, os.WriteFile(filepath.Join(w.State(), "configurations", "bounded.toml"), []byte(
		"MaxMemoryPerShellMB = 400\nMaxProcessesPerShell = 15\nMaxOpenFilesPerShell = 400\n"), 0o644))
	bobs := w.open(w.bob)
	usual := w.roundTrip(bobs)
	t.Logf("usual: %v", usual)
	limits := map[string]string{"fork bomb": "MaxProcessesPerShell", "memory hog": "MaxMemoryPerShellMB"}
	for name, script := range hogs {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
			defer cancel()
			client := w.client(w.ann)
			pool, err := client.Open(ctx, psremoting.Options{Configuration: "bounded"})
			require.NoError(t, err, "%s", w.log)
			_, err = pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
			require.NoError(t, err)
			time.Sleep(2 * time.Second) // for it to get going: what is measured is the neighbour
			busy := w.roundTrip(bobs)
			t.Logf("%s: %v, %.1f times the usual", name, busy, float64(busy)/float64(usual))
			assert.Less(t, busy, max(maxRatio*usual, unnoticed))

			assert.Eventually(t, func() bool { return reached(w.log.String(), limits[name]) }, patience, 10*time.Millisecond, "it has come to its limit")

			pools, err := client.Pools(ctx)
			require.NoError(t, err)
			for _, p := range pools {
				require.NoError(t, client.Remove(ctx, p))
			}
			assert.Eventually(t, func() bool { return len(owned(t, w.ann)) == 0 }, patience, 50*time.Millisecond, "nothing of it is left")
		})
	}
}

// roundTrip is the median time of a small command in a session.
func (w *world) roundTrip(pool *runspacepool.RunspacePool) time.Duration {
	w.Helper()
	var all []time.Duration
	for range roundTrips {
		began := time.Now()
		require.Equal(w, "5", w.run(pool, "2 + 3"))
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// reached reports whether the log says that a session has come to a limit.
func reached(log, limit string) bool {
	for line := range strings.Lines(log) {
		if limit == "" || strings.Contains(line, "limit reached") && strings.Contains(line, limit) {
			return true
		}
	}
	return false
}
