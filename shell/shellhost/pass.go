package shellhost

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// grace is how long after a request's deadline its host must have answered.
const grace = 10 * time.Second

// pass passes a request on and returns the host's answer, whose envelope the
// caller may keep where keep says so, else until it has told of the delivery.
//
// The end of ctx is passed on as well; the host's answer is waited for all the
// same, because it may hold output, and the host must hear that nobody got it.
func (h *remote) pass(ctx context.Context, r *wsman.Request, deadline time.Time, keep bool) (*wsman.Response, error) {
	c, err := h.take()
	if err != nil {
		return nil, h.gone(err)
	}
	name := c.next()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { h.cancel(name, done) })
	defer func() {
		close(done)
		stop()
	}()
	head := buffers.Get().(*[]byte)
	*head = appendRequest((*head)[:0], h.protocol, name, r, deadline)
	answer, err := c.exchange(deadline.Add(grace), *head, r.Raw)
	giveBack(head)
	if err != nil {
		c.Close()
		return nil, h.gone(err)
	}
	buffer := new([]byte)
	if !keep {
		buffer = buffers.Get().(*[]byte)
	}
	if *buffer, err = readBody(answer, (*buffer)[:0]); err != nil {
		c.Close()
		return nil, h.gone(err)
	}
	if answer.StatusCode != http.StatusOK {
		h.give(c)
		fault, err := wsman.ParseFault(*buffer)
		if err != nil {
			return nil, fmt.Errorf("shell host of %s: status %d: %w", h.shellID, answer.StatusCode, err)
		}
		if ctx.Err() != nil && fault.WSMan.Code == wsman.CodeInternalError {
			return nil, ctx.Err() // which is what the host means by it
		}
		return nil, fault
	}
	response := &wsman.Response{Envelope: *buffer}
	if !c.owes {
		h.give(c)
		return response, nil
	}
	response.Written = func(err error) {
		h.written(c, err)
		giveBack(buffer)
	}
	return response, nil
}

// written tells a host what became of its answer.
func (h *remote) written(c *conn, err error) {
	if err != nil {
		c.owes = false
		if c.report(pathUnwritten, "") == 0 {
			c.Close()
			return
		}
	}
	h.give(c)
}

// Cancelling: how long is waited for a request to arrive that is cancelled, and
// how often.
const (
	cancelPause = 20 * time.Millisecond
	cancelTries = 10
)

// cancel ends a request under way whose client has gone. It may overtake the
// request, on another connection.
func (h *remote) cancel(name string, done <-chan struct{}) {
	for range cancelTries {
		if h.small(pathCancel, name) != http.StatusNotFound {
			return
		}
		select {
		case <-done:
			return
		case <-time.After(cancelPause):
		}
	}
}
