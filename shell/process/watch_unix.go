//go:build unix

package process

import "time"

// ticking looks each second: for systems, and kernels, that cannot tell.
type ticking struct {
	hasEnded func() bool
	stop     chan struct{}
}

func newTicking(hasEnded func() bool) *ticking {
	return &ticking{hasEnded: hasEnded, stop: make(chan struct{})}
}

func (t *ticking) wait() bool {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for !t.hasEnded() {
		select {
		case <-ticker.C:
		case <-t.stop:
			return false
		}
	}
	return true
}

func (t *ticking) interrupt() { close(t.stop) }

func (*ticking) release() {}
