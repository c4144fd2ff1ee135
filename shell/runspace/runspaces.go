package runspace

import (
	"context"
	"slices"
	"sync"
)

// runspaces are those of a pool: as many as pipelines have needed at a time, up
// to max. A pipeline that finds none waits, in order.
type runspaces struct {
	make func() *Runspace

	mu       sync.Mutex
	min, max int
	busy     int
	idle     []*Runspace
	waiting  []chan *Runspace
}

// take waits for a runspace.
func (r *runspaces) take(ctx context.Context) (*Runspace, error) {
	r.mu.Lock()
	if r.busy < r.max {
		defer r.mu.Unlock()
		return r.oneMore(), nil
	}
	turn := make(chan *Runspace, 1)
	r.waiting = append(r.waiting, turn)
	r.mu.Unlock()
	select {
	case one := <-turn:
		return one, nil
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.waiting, turn); i >= 0 {
		r.waiting = slices.Delete(r.waiting, i, i+1)
	} else {
		r.giveLocked(<-turn)
	}
	return nil, context.Cause(ctx)
}

// oneMore takes an idle runspace, or a new one.
func (r *runspaces) oneMore() *Runspace {
	r.busy++
	if last := len(r.idle) - 1; last >= 0 {
		one := r.idle[last]
		r.idle = r.idle[:last]
		return one
	}
	return r.make()
}

// give takes a runspace back.
func (r *runspaces) give(one *Runspace) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.giveLocked(one)
}

func (r *runspaces) giveLocked(one *Runspace) {
	r.busy--
	if r.busy+len(r.idle) < r.max {
		r.idle = append(r.idle, one)
	}
	r.serve()
}

// serve gives runspaces to who waits.
func (r *runspaces) serve() {
	for len(r.waiting) > 0 && r.busy < r.max {
		r.waiting[0] <- r.oneMore()
		r.waiting = r.waiting[1:]
	}
}

// available is how many pipelines could begin now.
func (r *runspaces) available() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.max-r.busy, 0)
}

// resize changes the maximum, or else the minimum, and reports whether it could.
func (r *runspaces) resize(maximum bool, n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case n < 1, maximum && n < r.min, !maximum && n > r.max:
		return false
	case !maximum:
		r.min = n
		return true
	}
	r.max = n
	r.idle = r.idle[:min(len(r.idle), max(n-r.busy, 0))]
	r.serve()
	return true
}

// reset makes the pool's one runspace new. As in PowerShell, a pool with more
// than one has none that could be meant, and one that is taken is not changed.
func (r *runspaces) reset() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.max > 1 || r.busy > 0 {
		return false
	}
	r.idle = nil
	return true
}

// limits are the numbers of runspaces.
func (r *runspaces) limits() (minimum, maximum int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.min, r.max
}
