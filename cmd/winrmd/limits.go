package main

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
)

// bounds watches the limits of one shell's processes, from its host. It
// implements shell.Bounds.
type bounds struct {
	shellID string
	limits  shell.Limits
	log     *slog.Logger
	done    chan struct{} // closed by close
	watcher sync.WaitGroup

	looking sync.Mutex  // held while somebody looks
	last    process.Use // at the last look
	full    int         // the process that had all its files open then
	strain  strain

	mu        sync.Mutex
	recent    *shell.LimitError
	at        time.Time
	told      map[string]time.Time // by setting
	listeners map[int]func(*shell.LimitError)
	next      int

	reclaimer *reclaimer
}

const (
	// lookInterval is how often limits are looked at: so long there may be more
	// processes than allowed.
	lookInterval = 250 * time.Millisecond
	// recently is how long a limit that was reached is the reason of what happens.
	recently = 3 * time.Second
	// tellInterval is how often one limit is told of: somebody at his limit goes on
	// reaching it.
	tellInterval = time.Second
)

// newBounds begins to watch.
func newBounds(shellID string, limits shell.Limits, log *slog.Logger) *bounds {
	b := &bounds{
		shellID: shellID, limits: limits, log: log, done: make(chan struct{}),
		told: map[string]time.Time{}, listeners: map[int]func(*shell.LimitError){},
		reclaimer: newReclaimer(shellID, limits.ReclaimMemoryAfter, log),
	}
	b.last, _ = process.UseOf(shellID) // where nothing is counted nothing is reached
	if limits.MaxMemoryPerShellMB > 0 || limits.MaxProcessesPerShell > 0 || limits.MaxOpenFilesPerShell > 0 {
		b.watcher.Go(b.watch)
	}
	return b
}

func (b *bounds) watch() {
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			b.look()
		case <-b.done:
			return
		}
	}
}

// close ends the watching.
func (b *bounds) close() {
	close(b.done)
	b.reclaimer.close()
	b.watcher.Wait()
}

// Look implements shell.Bounds.
func (b *bounds) Look(starved bool) *shell.LimitError {
	b.look()
	if starved {
		b.starved()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.recent == nil || time.Since(b.at) > recently {
		return nil
	}
	return b.recent
}

// Tell implements shell.Bounds.
func (b *bounds) Tell(f func(*shell.LimitError)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.next
	b.next++
	b.listeners[n] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, n)
	}
}

// look looks at each limit.
func (b *bounds) look() {
	b.looking.Lock()
	defer b.looking.Unlock()
	now, err := process.UseOf(b.shellID)
	if err == nil {
		b.lookAtMemory(now)
		b.lookAtStrain(now)
		b.lookAtProcesses(now)
		b.last = now
	}
	b.lookAtFiles()
}

func (b *bounds) lookAtMemory(now process.Use) {
	if limit := b.limits.MaxMemoryPerShellMB; limit > 0 && now.OOMKills > b.last.OOMKills {
		b.reached(&shell.LimitError{
			Setting: "MaxMemoryPerShellMB", Limit: int64(limit), Use: now.MemoryPeak >> 20, Unit: "MiB",
			Effect: "the system has ended the process that used most",
		})
	}
}

// starved is called when an engine has refused memory to what runs in it, below
// the limit: .NET takes three quarters of that for its objects.
func (b *bounds) starved() {
	limit := b.limits.MaxMemoryPerShellMB
	use, err := process.UseOf(b.shellID)
	if err != nil || limit <= 0 {
		return
	}
	b.reached(&shell.LimitError{
		Setting: "MaxMemoryPerShellMB", Limit: int64(limit), Use: use.MemoryPeak >> 20, Unit: "MiB",
		Effect: "the engine keeps what is left for itself",
	})
}

func (b *bounds) lookAtProcesses(now process.Use) {
	limit := b.limits.MaxProcessesPerShell
	if limit <= 0 {
		return
	}
	over := &shell.LimitError{Setting: "MaxProcessesPerShell", Limit: int64(limit), Use: int64(max(0, now.Processes-1)), Unit: "processes"}
	if now.RefusedForks > b.last.RefusedForks {
		over.Effect = fmt.Sprintf("the system has refused to start more, or more threads than the %d there were", now.Tasks)
		b.reached(over)
	}
	count, ended, err := process.Excess(b.shellID, limit, os.Getpid())
	if err == nil && len(ended) > 0 {
		over.Use, over.Effect = int64(count), fmt.Sprintf("the newest of them were ended, which were %d", len(ended))
		b.reached(over)
	}
}

func (b *bounds) lookAtFiles() {
	limit := b.limits.MaxOpenFilesPerShell
	if limit <= 0 {
		return
	}
	pid, files := process.Fullest(b.shellID)
	if files < limit-limit/20 { // it has let go of some in the moment after
		b.full = 0
		return
	}
	if pid != b.full {
		b.full = pid
		b.reached(&shell.LimitError{
			Setting: "MaxOpenFilesPerShell", Limit: int64(limit), Use: int64(files), Unit: "files",
			Effect: fmt.Sprintf("process %d can open no more", pid),
		})
	}
}

// reached notes that a limit was reached and tells of it.
func (b *bounds) reached(e *shell.LimitError) {
	b.mu.Lock()
	b.recent, b.at = e, time.Now()
	if b.at.Sub(b.told[e.Setting]) < tellInterval {
		b.mu.Unlock()
		return
	}
	b.told[e.Setting] = b.at
	var all []func(*shell.LimitError)
	for _, f := range b.listeners {
		all = append(all, f)
	}
	b.mu.Unlock()
	b.log.Warn("limit reached", "shell", b.shellID, "error", e)
	for _, f := range all {
		f(e)
	}
}
