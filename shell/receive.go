package shell

import (
	"context"
	"errors"
	"time"
)

// ReceiveRequest asks for output.
type ReceiveRequest struct {
	CommandID string // empty: the shell's own streams
	Streams   []string
	Key       Key
	// Room is how many characters of the answer's body the streams may take,
	// Overhead how many each part takes beside its base64 text.
	Room, Overhead int
}

// errGathered ends the wait for company.
var errGathered = errors.New("gathered")

// Gathering: in the middle of a burst an answer waits a moment for company,
// because each costs a round trip. Single answers are not held back.
const (
	gatherTime  = 2 * time.Millisecond
	gatherBytes = 64 << 10
	burst       = 20 * time.Millisecond
)

// Receive gives what there is of the streams, or waits for it until ctx ends:
// ErrTimedOut if its deadline has come, its error otherwise. Nothing is
// consumed by a Receive that returns an error. The answer before is confirmed,
// unless this is the same request again: then it is given again.
func (sh *Shell) Receive(ctx context.Context, c Client, r ReceiveRequest) (*Answer, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err := sh.admit(c, eventUse); err != nil {
		return nil, err
	}
	defer sh.clock.end(sh)
	t, streams, err := sh.find(r)
	if err != nil {
		return nil, err
	}
	if a := streams[0].answer; a != nil && a.key.Same(r.Key) {
		a.found()
		return a, nil
	}
	me := t.supersede(streams)
	defer t.release(me)
	t.confirm(streams)
	for {
		if ready, err := t.ready(streams); err != nil {
			return nil, err
		} else if ready {
			if err := t.gather(ctx, me, streams); err != nil {
				return nil, err
			}
			if err := t.load(me, streams, r.Room); err != nil {
				return nil, err
			}
			b := &answerBuilder{cutter: sh.cutter, left: r.Room, whole: r.Room, overhead: r.Overhead}
			if a := t.take(streams, b); a != nil {
				a.key = r.Key
				return a, nil
			}
			if t.needsLoad(streams) {
				continue // what was on disk only by now
			}
		}
		if err := t.wait(ctx, me, nil); err != nil {
			return nil, err
		}
	}
}

// find resolves a request's target and streams.
func (sh *Shell) find(r ReceiveRequest) (*target, []*Stream, error) {
	t := &sh.target
	if r.CommandID != "" {
		cmd, err := sh.command(r.CommandID)
		if err != nil {
			return nil, nil, err
		}
		t = &cmd.target
	}
	streams, err := t.selectStreams(r.Streams)
	return t, streams, err
}

// supersede makes the caller the target's receiver.
func (t *target) supersede(streams []*Stream) *receiver {
	t.dismiss(ErrTimedOut)
	t.receiver = &receiver{streams: streams, dismissed: make(chan struct{})}
	return t.receiver
}

// dismiss ends the Receive that waits, if any, with err.
func (t *target) dismiss(err error) {
	if t.receiver != nil {
		t.receiver.err = err
		close(t.receiver.dismissed)
		t.receiver = nil
	}
}

// detach ends the Receive that waits for something to come; one that has found
// something gives it.
func (t *target) detach() {
	if t.receiver == nil {
		return
	}
	if _, err := t.ready(t.receiver.streams); err != nil {
		t.dismiss(err)
	}
	t.notify()
}

// EndReceives ends every Receive that waits, with ErrTimedOut: its client will
// ask again, on a connection to somebody else.
func (sh *Shell) EndReceives() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.eachTarget(func(t *target) {
		if t.receiver == nil {
			return
		}
		if found, err := t.ready(t.receiver.streams); err == nil && !found {
			t.dismiss(ErrTimedOut)
		}
		t.notify()
	})
}

func (t *target) release(me *receiver) {
	if t.receiver == me {
		t.receiver = nil
	}
}

// ready reports whether there is something to say, or why there never will be.
func (t *target) ready(streams []*Stream) (bool, error) {
	for _, st := range streams {
		if st.waiting() {
			return true, nil
		}
	}
	switch sh := t.sh; {
	case sh.state == Closed || t.gone:
		return false, ErrClosed
	case t.cmd != nil && t.cmd.finished:
		return true, nil
	case sh.state == Disconnected:
		return false, ErrStreamDisconnected
	case sh.ended != nil && t.cmd == nil && sh.unfetched():
		return false, nil // its turn comes when that was fetched
	case sh.ended != nil:
		return false, sh.told()
	}
	return false, nil
}

// gather waits a moment for more in the middle of a burst.
func (t *target) gather(ctx context.Context, me *receiver, streams []*Stream) error {
	if t.urgent || t.answered.IsZero() || time.Since(t.answered) > burst {
		return nil
	}
	timer := time.NewTimer(gatherTime)
	defer timer.Stop()
	for !t.urgent && !t.finished() && t.sh.state == Connected && t.pending(streams, gatherBytes) < gatherBytes {
		if err := t.wait(ctx, me, timer.C); errors.Is(err, errGathered) {
			return nil
		} else if err != nil {
			return err
		}
	}
	if t.gone {
		return ErrClosed
	}
	return nil
}

func (t *target) finished() bool { return t.gone || t.cmd != nil && t.cmd.finished }

// wait releases the lock until something changes. enough, if not nil, ends the
// wait with errGathered.
func (t *target) wait(ctx context.Context, me *receiver, enough <-chan time.Time) error {
	sh, wake := t.sh, t.waiter()
	sh.buffer.waitingReceives++
	sh.buffer.changed()
	sh.mu.Unlock()
	var err error
	select {
	case <-wake:
	case <-enough:
		err = errGathered
	case <-me.dismissed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	sh.mu.Lock()
	sh.buffer.waitingReceives--
	switch {
	case t.receiver != me: // whatever woke it: what there is, is another's
		return me.err
	case errors.Is(err, context.DeadlineExceeded):
		return ErrTimedOut
	case errors.Is(err, context.Canceled):
		sh.eachTarget((*target).lose)
	}
	return err
}
