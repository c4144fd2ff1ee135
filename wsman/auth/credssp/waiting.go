package credssp

import (
	"container/list"
	"sync"
	"time"
)

// waiting holds the TLS handshakes that are under way, the oldest first, so
// that there are never more than max, and none for longer than timeout.
type waiting struct {
	max     int
	timeout time.Duration

	mu      sync.Mutex
	tunnels list.List // of *tunnel
}

// place is a tunnel's in the list.
type place struct {
	waiting *waiting
	element *list.Element
	timer   *time.Timer
}

// add begins to watch a tunnel.
func (w *waiting) add(t *tunnel) place {
	oldest, e := w.push(t)
	if oldest != nil {
		oldest.close() // it may be in the middle of a step, so not under the lock
	}
	timer := time.AfterFunc(w.timeout, func() { w.giveUp(e) })
	return place{waiting: w, element: e, timer: timer}
}

// leave ends the watch.
func (p place) leave() {
	p.timer.Stop()
	p.waiting.remove(p.element)
}

// giveUp ends a handshake that is under way, and is nothing where none is. The
// timer, if it was not that, goes on: what it holds is small once the tunnel is
// closed.
func (w *waiting) giveUp(e *list.Element) {
	w.remove(e)
	e.Value.(*tunnel).close()
}

// push puts a tunnel at the end, and takes out one that is too many.
func (w *waiting) push(t *tunnel) (oldest *tunnel, e *list.Element) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tunnels.Len() >= w.max {
		oldest = w.tunnels.Remove(w.tunnels.Front()).(*tunnel)
	}
	return oldest, w.tunnels.PushBack(t)
}

// remove does nothing to what is not in the list any more.
func (w *waiting) remove(e *list.Element) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tunnels.Remove(e)
}

// len is how many there are.
func (w *waiting) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tunnels.Len()
}
