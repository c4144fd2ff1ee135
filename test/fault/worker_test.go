//go:build linux

package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/winrmd/winrmd/test/psrpclient"
	"github.com/winrmd/winrmd/wsman"
)

// worker is one client after the other, at one session after the other.
type worker struct {
	world   *world
	name    int
	clients int
	random  *rand.Rand
}

// work works until the world stops, and then to the end of the script that
// runs.
func (w *worker) work(ctx context.Context) error {
	for !w.world.stopping.Load() {
		if err := w.visit(ctx); err != nil {
			return err
		}
	}
	// What others have left in the middle is brought to its end.
	for {
		s := w.world.unfinished()
		if s == nil {
			return nil
		}
		if err := w.finish(ctx, s); err != nil {
			return err
		}
	}
}

// unfinished gives a session whose script nobody follows.
func (w *world) unfinished() *session {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range w.left {
		if s.run != nil {
			w.left = append(w.left[:i:i], w.left[i+1:]...)
			return s
		}
	}
	return nil
}

// visit is one client's life.
func (w *worker) visit(ctx context.Context) error {
	h := newHolder(w.world.config, w.random)
	defer h.abandon()
	defer func() { w.world.counts.repeats.Add(h.repeat.Load()) }()
	s := w.world.take(w.random, w.clients)
	if s == nil {
		s = &session{}
		var err error
		if h.pool, err = h.client.Open(ctx); err != nil {
			return lifeError(s, "open", err)
		}
		s.id = h.pool.ID()
		w.world.counts.opened.Add(1)
		return w.stay(ctx, h, s, nil)
	}
	p, err := w.connect(ctx, h, s)
	if err != nil {
		return lifeError(s, "connect", err)
	}
	return w.stay(ctx, h, s, p)
}

// connect takes over a session and the script that runs in it.
func (w *worker) connect(ctx context.Context, h *holder, s *session) (*psrpclient.Pipeline, error) {
	if err := h.connect(ctx, s.id); err != nil {
		return nil, err
	}
	w.world.counts.connected.Add(1)
	if s.run == nil {
		return nil, nil
	}
	s.run.endInput()
	p, err := h.pool.ConnectPipeline(ctx, s.run.id)
	if err != nil {
		return nil, fmt.Errorf("to the script: %w", err)
	}
	return p, nil
}

// finish follows a script that was left to its end.
func (w *worker) finish(ctx context.Context, s *session) error {
	h := newHolder(w.world.config, w.random)
	defer h.abandon()
	p, err := w.connect(ctx, h, s)
	if err == nil {
		_, err = w.follow(ctx, h, s, p, false)
	}
	if err != nil {
		return lifeError(s, "at the end", err)
	}
	return w.disconnect(ctx, h, s)
}

// stay follows scripts until the client goes.
func (w *worker) stay(ctx context.Context, h *holder, s *session, p *psrpclient.Pipeline) (err error) {
	for {
		if p == nil {
			if p, err = w.begin(ctx, h, s); err != nil {
				return lifeError(s, "begin", err)
			}
		}
		went, err := w.follow(ctx, h, s, p, true)
		if err != nil {
			return lifeError(s, "follow", err)
		}
		if went {
			w.world.leave(s)
			return nil
		}
		p = nil
		switch n := w.random.IntN(4); {
		case w.world.stopping.Load() || n == 0:
			return lifeError(s, "disconnect", w.disconnect(ctx, h, s))
		case n == 1:
			return lifeError(s, "remove", w.remove(ctx, h))
		}
	}
}

func (w *worker) begin(ctx context.Context, h *holder, s *session) (*psrpclient.Pipeline, error) {
	r := newRun(w.random, w.world.directory)
	p, err := h.pool.Start(ctx, r.script(), r.kind.input)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", r, err)
	}
	r.id = p.ID()
	s.run = r
	return p, nil
}

func (w *worker) disconnect(ctx context.Context, h *holder, s *session) error {
	if err := h.pool.Disconnect(ctx); err != nil {
		return err
	}
	w.world.counts.disconnected.Add(1)
	w.world.leave(s)
	return nil
}

// remove deletes a session. A server that was killed may have carried it out
// and not know it any more.
func (w *worker) remove(ctx context.Context, h *holder) error {
	before := h.repeat.Load()
	err := h.pool.Close(ctx)
	again := h.repeat.Load() != before
	if err != nil && !(again && w.world.forgetful && psrpclient.IsFault(err, wsman.CodeUnexpectedSelectors)) {
		return err
	}
	w.world.removed()
	return nil
}

// ways in which a client goes before its script has ended.
type way int

const (
	stays way = iota
	disconnects
	reconnects // it disconnects and comes back
	abandons   // between two requests
	breaksOff  // in the middle of one
)

// follow receives what a script puts out, to its end or until the client goes.
func (w *worker) follow(ctx context.Context, h *holder, s *session, p *psrpclient.Pipeline, mayGo bool) (went bool, err error) {
	r := s.run
	y := r.client()
	going, at := stays, w.random.IntN(r.last+1)
	if mayGo {
		going = []way{stays, stays, stays, disconnects, reconnects, abandons, breaksOff}[w.random.IntN(7)]
	}
	defer func() { w.world.counts.objects.Add(int64(max(0, y.last-y.first+1))) }()
	for ended := false; !ended; {
		if going != stays && r.have() >= at {
			went, err := w.leave(ctx, h, p, y, going)
			if went || err != nil {
				return went, err
			}
			going = stays
		}
		if err := w.send(ctx, r, p); err != nil {
			return false, fmt.Errorf("send: %w", err)
		}
		y.ask()
		if ended, err = p.Receive(ctx, y.add); err != nil {
			return false, err
		}
	}
	if err := errors.Join(p.Err(), p.Release(ctx), r.check(s)); err != nil {
		return false, err
	}
	w.world.counts.runs.Add(1)
	s.run = nil
	return false, r.clean()
}

// leave lets the client go its way. went is false if it is still there.
func (w *worker) leave(ctx context.Context, h *holder, p *psrpclient.Pipeline, y *tally, how way) (went bool, err error) {
	n := &w.world.counts
	switch how {
	case disconnects:
		n.disconnected.Add(1)
		return true, h.pool.Disconnect(ctx)
	case reconnects:
		n.reconnected.Add(1)
		if err := h.pool.Disconnect(ctx); err != nil {
			return false, fmt.Errorf("disconnect: %w", err)
		}
		if err := h.pool.Reconnect(ctx); err != nil {
			return false, fmt.Errorf("reconnect: %w", err)
		}
		return false, p.Reconnect(ctx)
	case abandons:
		n.abandoned.Add(1)
		h.abandon()
		return true, nil
	}
	n.abandoned.Add(1)
	timer := time.AfterFunc(time.Duration(w.random.IntN(int(50*time.Millisecond))), h.abandon)
	defer timer.Stop()
	for {
		y.ask()
		ended, err := p.Receive(ctx, y.add)
		var fault *psrpclient.Fault
		var wrong *seriesError
		switch {
		case errors.As(err, &fault), errors.As(err, &wrong):
			return false, err
		case err != nil && h.left.Load():
			return true, nil
		case err != nil:
			return false, err
		case ended:
			h.abandon() // it has all, and nobody knows
			return true, nil
		}
	}
}

// send sends some lines of input where a script takes it.
func (w *worker) send(ctx context.Context, r *run, p *psrpclient.Pipeline) error {
	if !r.kind.input || r.inputEnded {
		return nil
	}
	for range 1 + w.random.IntN(5) {
		if r.sent == r.last {
			r.inputEnded = true
			return p.EndInput(ctx)
		}
		if err := p.Send(ctx, fmt.Sprintf("<I32>%d</I32>", r.sent+1)); err != nil {
			return err
		}
		r.sent++
	}
	return nil
}
