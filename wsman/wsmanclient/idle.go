package wsmanclient

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// watch is what looks at a connection while it is idle, so that nobody sends a
// request over one that its server has closed.
type watch struct {
	woken atomic.Bool
	done  chan struct{}
	err   error // why it ended; for who has seen done closed
}

// sleep begins to watch: gone is called when the server closes the connection,
// or says something unasked, or nobody has needed it for a time.
func (c *connection) sleep(most time.Duration, gone func()) {
	w := &watch{done: make(chan struct{})}
	c.watch = w
	c.budget.left = maxHeader
	_ = c.SetReadDeadline(time.Now().Add(most))
	go func() {
		_, w.err = c.r.Peek(1)
		woken := w.woken.Load()
		close(w.done)
		if !woken {
			gone()
		}
	}()
}

// wake ends the watch, and reports whether the connection can be used.
func (c *connection) wake() bool {
	w := c.watch
	c.watch = nil
	w.woken.Store(true)
	_ = c.SetReadDeadline(past)
	<-w.done
	return isTimeout(w.err) && c.SetDeadline(time.Time{}) == nil
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
