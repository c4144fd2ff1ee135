package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// ours are the children that this process has started itself. They are waited
// for by who started them; all others are orphans that have come to it.
var ours = registry{started: map[int]uint64{}}

// registry remembers processes. It forgets who has been waited for by itself: a
// number whose process is another one now is not among them.
type registry struct {
	// mu is held while a child is started and while children are judged, so
	// that nobody takes a child for an orphan before it is remembered.
	mu      sync.Mutex
	started map[int]uint64 // by number, the start of key
	limit   int            // how many there may be before the dead are looked for

	spared  bool // whether processes of session are ours too
	session int  // may be 0: its leader is in a namespace above
}

// Own says that this process has started pid and waits for it. It comes too
// late for a child that ends at once: StartOwn does not.
func Own(pid int) error {
	ours.mu.Lock()
	defer ours.mu.Unlock()
	return ours.add(pid)
}

// Started lists the children that this process has started, or has said to be its
// own, and that have not been waited for.
func Started() []int {
	ours.mu.Lock()
	defer ours.mu.Unlock()
	var all []int
	for pid := range ours.started {
		if ours.has(pid) {
			all = append(all, pid)
		}
	}
	return all
}

// StartOwn starts c as a child that is not taken for an orphan. It is for
// programs that are not started with Start or a Starter: those of a shell's host,
// which has to outlive this process. Programs that are started in other ways,
// with c.Start, may be reaped by a Reaper and are killed by KillOrphans.
func StartOwn(c *exec.Cmd) error {
	ours.mu.Lock()
	defer ours.mu.Unlock()
	if err := c.Start(); err != nil {
		return err
	}
	// Nobody has waited for it yet, so that it is there, if only as a zombie.
	_ = ours.add(c.Process.Pid) // without /proc nobody is judged
	return nil
}

func (r *registry) add(pid int) error {
	p, err := stat(pid)
	if err != nil {
		return fmt.Errorf("process %d: %w", pid, err)
	}
	if len(r.started) >= r.limit {
		for pid := range r.started {
			r.has(pid)
		}
		r.limit = 2*len(r.started) + 64
	}
	r.started[pid] = p.started
	return nil
}

// has reports whether pid was started by this process. The caller holds mu.
func (r *registry) has(pid int) bool {
	started, known := r.started[pid]
	if !known && !r.spared {
		return false
	}
	p, err := stat(pid)
	if !known {
		return err == nil && p.session == r.session
	}
	if errors.Is(err, os.ErrProcessDone) || err == nil && p.started != started {
		delete(r.started, pid)
		return false
	}
	return true // also if that could not be found out
}

// probe has Go try out whether the kernel knows pidfds. It does so once, with a
// child that it waits for: one that must not be reaped in between, because Go
// would do without pidfds from then on.
var probe = sync.OnceFunc(func() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Release()
	}
})

// judge calls f while no child can be started.
func (r *registry) judge(f func()) {
	probe()
	r.mu.Lock()
	defer r.mu.Unlock()
	atRest(f)
}

// atRest calls f while no thread of this process waits for a child that is about
// to run its program (vfork). That also holds for programs that are started in
// other ways. If such a child were found and stopped, its thread would not come
// back, and Go's garbage collector would wait for that thread with all others.
func atRest(f func()) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	f()
}
