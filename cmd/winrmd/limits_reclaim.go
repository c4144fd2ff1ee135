package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell/process"
)

// reclaimTimeout is how long giving a session's memory back may take: there is
// less than that to write, or the disk is busy with something better.
const reclaimTimeout = time.Minute

// reclaimer gives the memory of a session back that nobody uses.
type reclaimer struct {
	shellID string
	after   time.Duration // since its client has left; 0: never
	log     *slog.Logger
	give    func(ctx context.Context, shellID string) (freed int64, err error)

	running sync.WaitGroup

	mu     sync.Mutex
	stop   context.CancelFunc // what waits or runs; nil: nothing does
	closed bool
	failed bool // and that was told
}

func newReclaimer(shellID string, after time.Duration, log *slog.Logger) *reclaimer {
	return &reclaimer{shellID: shellID, after: after, log: log, give: process.Reclaim}
}

// unattended is told when no client is attached any more, and when one is: then
// what is under way ends. It does not wait for that.
func (r *reclaimer) unattended(is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	if !is || r.after <= 0 || r.closed {
		return
	}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	r.running.Go(func() { r.run(ctx) })
}

// close ends it and waits for its end.
func (r *reclaimer) close() {
	r.unattended(false)
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.running.Wait()
}

// run waits and then gives memory back, once.
func (r *reclaimer) run(ctx context.Context) {
	wait := time.NewTimer(r.after)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reclaimTimeout)
	defer cancel()
	debug.FreeOSMemory() // which the others cannot do for this process
	freed, err := r.give(ctx, r.shellID)
	switch {
	case ctx.Err() != nil:
		r.log.Debug("stopped to give memory of a disconnected session back", "shell", r.shellID, "bytes", freed, "error", err)
	case err != nil:
		r.tell(err)
	default:
		r.log.Debug("memory of a disconnected session given back", "shell", r.shellID, "bytes", freed)
	}
}

// tell says once in a session that its memory cannot be given back: it will not be
// another time.
func (r *reclaimer) tell(err error) {
	r.mu.Lock()
	told := r.failed
	r.failed = true
	r.mu.Unlock()
	level := slog.LevelWarn
	switch {
	case told:
		level = slog.LevelDebug
	case errors.Is(err, process.ErrNoLimit): // as on a machine without control groups
		level = slog.LevelInfo
	}
	r.log.Log(context.Background(), level, "memory of a disconnected session not given back", "shell", r.shellID, "error", err)
}
