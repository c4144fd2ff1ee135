//go:build linux

package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// robust is the shortest time after which a silent client counts as lost.
const robustSettings = "[Shell]\nRobustConnectionTimeoutMs = 1000\n"

// world is many clients of one server, and the sessions that they leave to each
// other.
type world struct {
	server    *server
	config    psrpclient.Config
	directory string // for the files of scripts
	// forgetful says that the server may not know any more that it has carried
	// out a Delete: what it remembered of it died with it.
	forgetful bool
	stopping  atomic.Bool
	failed    chan struct{} // closed when a client has found something wrong

	mu   sync.Mutex
	left []*session
	live int // sessions that are not removed

	counts struct {
		opened, connected, disconnected, reconnected, abandoned, removed, runs, objects, repeats atomic.Int64
	}
}

func newWorld(t *testing.T, s *server) *world {
	return &world{server: s, config: s.config(), directory: t.TempDir(), failed: make(chan struct{})}
}

// worldTimeout is for all that clients do, on a busy machine.
const worldTimeout = 10 * time.Minute

// play lets clients work until break returns, and checks what they have got.
func (w *world) play(t *testing.T, clients int, seed uint64, breaking func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), worldTimeout)
	defer cancel()
	fail := sync.OnceFunc(func() {
		close(w.failed)
		cancel() // the others need not go on
	})
	var wait sync.WaitGroup
	for i := range clients {
		wait.Go(func() {
			worker := &worker{world: w, name: i, clients: clients, random: rand.New(rand.NewPCG(seed, uint64(i)))}
			if err := worker.work(ctx); err != nil && ctx.Err() == nil {
				t.Errorf("client %d at %s: %v", i, time.Now().Format(time.StampMilli), err)
				fail()
			}
		})
	}
	began := time.Now()
	broken := breaking()
	if broken != nil {
		fail()
	}
	w.stopping.Store(true)
	wait.Wait()
	require.NoError(t, broken)
	require.False(t, ctx.Err() != nil && !t.Failed(), "the clients did not come to an end")
	n := &w.counts
	t.Logf("%v: %d sessions opened, %d removed; %d connects, %d disconnects, %d reconnects, %d abandoned; "+
		"%d scripts, %d objects, %d requests sent again", time.Since(began).Round(time.Millisecond),
		n.opened.Load(), n.removed.Load(), n.connected.Load(), n.disconnected.Load(), n.reconnected.Load(),
		n.abandoned.Load(), n.runs.Load(), n.objects.Load(), n.repeats.Load())
	if !t.Failed() {
		w.checkSessions(t)
	}
}

// checkSessions checks that there are the sessions that there must be, in every
// place, and no other.
func (w *world) checkSessions(t *testing.T) {
	t.Helper()
	var want, hosted, listed []string
	for _, s := range w.left {
		want = append(want, s.id)
	}
	slices.Sort(want)
	assert.Len(t, want, w.live)
	for _, directory := range w.server.directories() {
		hosted = append(hosted, filepath.Base(directory))
	}
	assert.Equal(t, want, hosted, "directories")
	all, err := w.server.list(within(t, time.Minute))
	require.NoError(t, err)
	for _, one := range all {
		listed = append(listed, one.ShellID)
	}
	slices.Sort(listed)
	assert.Equal(t, want, listed, "session list")
	var trees []int
	for _, id := range want {
		trees = append(trees, w.server.host(t, id), w.server.engine(t, id))
	}
	all2 := slices.DeleteFunc(holding("environ", w.server.mark), func(pid int) bool { return w.server.own(pid) })
	slices.Sort(trees)
	slices.Sort(all2)
	assert.Equal(t, trees, all2, "processes: %v", describe(all2))
}

// take gives a session that another client has left; nil means to open one.
func (w *world) take(random *rand.Rand, clients int) *session {
	w.mu.Lock()
	defer w.mu.Unlock()
	const spare = 2
	if n := len(w.left); n > 0 && (w.live >= clients+spare || random.IntN(10) < 7) {
		i := random.IntN(n)
		s := w.left[i]
		w.left = slices.Delete(w.left, i, i+1)
		return s
	}
	w.live++
	return nil
}

// leave leaves a session to others.
func (w *world) leave(s *session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, s)
}

// removed notes that a session is no more.
func (w *world) removed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live--
	w.counts.removed.Add(1)
}

// clean removes the files of a script.
func (r *run) clean() error {
	var errs []error
	for _, name := range []string{r.started, r.lines, r.done} {
		if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// lifeError says in whose life an error came.
func lifeError(s *session, what string, err error) error {
	if err == nil {
		return nil
	}
	script := ""
	if s.run != nil {
		script = fmt.Sprintf(", %v, after %d", s.run, s.run.have())
	}
	return fmt.Errorf("%s: session %s%s: %w", what, s.id, script, err)
}

// have is how far the clients have come.
func (r *run) have() int {
	last := 0
	for _, y := range r.seen {
		last = max(last, y.last)
	}
	return last
}
