package wsmanclient

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// network is what a shell knows of its network: there is one outage at a time,
// however many operations it hits, and one goroutine that tries until the server
// answers anything. Then all operations send their messages again.
type network struct {
	shell *Shell

	mu     sync.Mutex
	outage *outage // nil while all is well
	lost   error   // why the shell was left; nil if it was not

	telling sync.Mutex // held while Notify runs
}

// outage is what operations wait for.
type outage struct {
	since   time.Time
	waiters int
	cancel  context.CancelFunc // when nobody waits any more
	over    chan struct{}
	err     error // what operations fail with; for who has seen over closed
}

// temporary reports whether it is the network that failed.
func temporary(err error) bool {
	var broken *NetworkError
	var answer *HTTPError
	if errors.As(err, &answer) {
		switch answer.StatusCode {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
	}
	return errors.As(err, &broken)
}

// check is an error where the shell was left. Where there is an outage it waits.
func (n *network) check(ctx context.Context) error {
	n.mu.Lock()
	if n.lost != nil || n.outage == nil {
		defer n.mu.Unlock()
		return n.disconnected()
	}
	o := n.outage
	o.waiters++
	n.mu.Unlock()
	return n.wait(ctx, o)
}

// disconnected is called with the lock held.
func (n *network) disconnected() error {
	if n.lost == nil {
		return nil
	}
	return &DisconnectedError{ShellID: n.shell.ID(), Err: n.lost}
}

// failed waits until the network is well again after an operation has failed. An
// error is what the operation fails with.
func (n *network) failed(ctx context.Context, failure error) error {
	n.mu.Lock()
	if n.lost != nil {
		defer n.mu.Unlock()
		return n.disconnected()
	}
	o := n.outage
	if o == nil {
		o = n.begin(failure)
	}
	o.waiters++
	n.mu.Unlock()
	return n.wait(ctx, o)
}

// begin is called with the lock held.
func (n *network) begin(failure error) *outage {
	ctx, cancel := context.WithCancel(n.shell.client.pool.ended)
	o := &outage{since: time.Now(), cancel: cancel, over: make(chan struct{})}
	n.outage = o
	go n.bring(ctx, o, failure)
	return o
}

// wait waits for an outage's end.
func (n *network) wait(ctx context.Context, o *outage) error {
	select {
	case <-o.over:
		return o.err
	case <-ctx.Done():
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if o.waiters--; o.waiters == 0 {
		o.cancel()
		n.forget(o) // who comes now begins anew
	}
	return context.Cause(ctx)
}

// bring tries until the server answers, or the time is over, or nobody waits.
func (n *network) bring(ctx context.Context, o *outage, failure error) {
	defer o.cancel()
	config := &n.shell.client.config
	ctx, cancel := context.WithTimeout(ctx, config.RetryTime)
	defer cancel()
	n.tell(o, NetworkFailureDetected, failure)
	for {
		n.tell(o, RetryingAfterNetworkFailure, failure)
		err := n.shell.client.probe(ctx)
		switch {
		case ctx.Err() != nil:
			n.ended(ctx, o, failure)
			return
		case err == nil:
			n.tell(o, ReconnectedAfterNetworkFailure, nil)
			n.end(o, nil, nil)
			return
		case !temporary(err):
			n.tell(o, RetryAborted, err)
			n.end(o, err, nil)
			return
		}
		failure = err
		timer := time.NewTimer(config.RetryInterval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			n.ended(ctx, o, failure)
			return
		}
	}
}

// ended is the end of an outage whose context has ended.
func (n *network) ended(ctx context.Context, o *outage, failure error) {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		n.end(o, context.Cause(ctx), nil) // ErrClosed, or nobody waits
		return
	}
	n.tell(o, ShellAutoDisconnecting, failure)
	n.end(o, &DisconnectedError{ShellID: n.shell.ID(), Err: failure}, failure)
	n.tell(o, ShellAutoDisconnected, failure)
}

// end ends an outage: operations that wait fail with err, or go on.
func (n *network) end(o *outage, err, lost error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.forget(o) {
		n.lost = lost
	}
	o.err = err
	close(o.over)
}

// forget is called with the lock held. It reports whether the outage was the
// present one.
func (n *network) forget(o *outage) bool {
	if n.outage != o {
		return false
	}
	n.outage = nil
	return true
}

// restored says that the shell is connected again.
func (n *network) restored() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = nil
}

func (n *network) tell(o *outage, kind EventKind, err error) {
	config := &n.shell.client.config
	remaining := max(0, config.RetryTime-time.Since(o.since))
	config.Log.Debug("network", "event", kind.String(), "shell", n.shell.ID(), "error", err, "remaining", remaining)
	if config.Notify != nil {
		n.telling.Lock()
		defer n.telling.Unlock()
		config.Notify(Event{Kind: kind, Shell: n.shell, Err: err, Remaining: remaining})
	}
}

// probe asks the server to identify itself. Whatever it answers, but that the
// client may not come in, it is there.
func (c *Client) probe(ctx context.Context) error {
	_, err := c.identify(ctx, false)
	var refused *AuthenticationError
	if temporary(err) || errors.As(err, &refused) || errors.Is(err, ErrClosed) {
		return err
	}
	return context.Cause(ctx)
}
