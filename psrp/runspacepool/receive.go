package runspacepool

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/winrmd/winrmd/psrp"
)

// Next returns what the pipeline puts out, one record at a time, in order, and
// waits for it as long as ctx allows. Nothing is received while nobody calls it.
// What the pipeline asks of its user is answered by the Host on the way.
//
// The error at the end is io.EOF where the pipeline has completed, and a
// *PipelineError where it has failed or was stopped. While the pool is
// disconnected it is ErrDisconnected; who calls Next during a Disconnect waits for
// its end. An *ObjectError is about one record, and after a context's end Next may
// be called again.
func (pl *Pipeline) Next(ctx context.Context) (*Record, error) {
	if err := pl.reading.take(ctx); err != nil {
		return nil, err
	}
	defer pl.reading.give()
	for {
		r, err := pl.advance(ctx)
		if r != nil || err != nil {
			return r, err
		}
	}
}

// Records gives what Next gives, to the pipeline's end. It ends without an error
// where the pipeline has completed.
func (pl *Pipeline) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for {
			r, err := pl.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			var object *ObjectError
			if !yield(r, err) || err != nil && !errors.As(err, &object) {
				return
			}
		}
	}
}

// Wait reads the pipeline to its end and drops what it puts out. The error is nil
// where it has completed, and else Next's.
func (pl *Pipeline) Wait(ctx context.Context) error {
	var last error
	for _, err := range pl.Records(ctx) {
		var object *ObjectError
		if err != nil && !errors.As(err, &object) {
			last = err
		}
	}
	return last
}

// advance does one thing: it returns a record, or an error, or neither and Next
// goes on.
func (pl *Pipeline) advance(ctx context.Context) (*Record, error) {
	if pl.failure != nil {
		return nil, pl.failure
	}
	if pl.call != nil {
		return nil, pl.answerCall(ctx)
	}
	m, complete, err := pl.in.take()
	switch {
	case err != nil: // nothing that follows can be understood
		pl.conclude(psrp.PSInvocationFailed, &PipelineError{State: psrp.PSInvocationFailed, Err: err})
		return nil, pl.ended()
	case complete:
		return pl.handle(m)
	}
	if state, _ := pl.State(); state.Final() {
		return nil, pl.ended()
	}
	if pl.received {
		pl.conclude(psrp.PSInvocationFailed, &PipelineError{State: psrp.PSInvocationFailed, Err: errNoState})
		return nil, pl.ended()
	}
	return nil, pl.receive(ctx)
}

// ended keeps and returns what Next says from now on.
func (pl *Pipeline) ended() error {
	state, reason := pl.State()
	if state == psrp.PSInvocationCompleted {
		reason = io.EOF
	}
	pl.failure = reason
	return reason
}

// handle takes one message.
func (pl *Pipeline) handle(m psrp.Message) (*Record, error) {
	pl.learn(m.MessageHeader)
	if s, ok := streams[m.Type]; ok {
		return pl.pool.read(s, m)
	}
	switch m.Type {
	case psrp.MessagePipelineState:
		return nil, pl.takeState(m)
	case psrp.MessagePipelineHostCall:
		return nil, pl.takeCall(m)
	}
	pl.pool.config.Log.Debug("a message of a pipeline that is not known", "type", m.Type)
	return nil, nil
}

// learn keeps the pipeline's identifier as the server writes it.
func (pl *Pipeline) learn(h psrp.MessageHeader) {
	if h.PipelineID.IsZero() {
		return
	}
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.wireID = h.PipelineID
}

// takeState takes PIPELINE_STATE (2.2.2.21).
func (pl *Pipeline) takeState(m psrp.Message) error {
	n, err := psrp.ParseState(m.Data)
	if err != nil {
		return &ObjectError{m.Type, err}
	}
	state := psrp.PSInvocationState(n)
	if !state.Final() {
		return nil // no server sends it
	}
	var reason error
	if state != psrp.PSInvocationCompleted {
		failed := &PipelineError{State: state}
		if o, err := pl.pool.parseObject(m); err == nil {
			failed.Record = reasonOf(o)
		}
		reason = failed
	}
	pl.conclude(state, reason)
	return nil
}

// receive waits for what the server has next.
func (pl *Pipeline) receive(ctx context.Context) error {
	if err := pl.stays(ctx); err != nil {
		return err
	}
	r, err := pl.startReceive()
	if err != nil {
		return err
	}
	if err := waitFor(ctx, r.done); err != nil {
		return err
	}
	pl.mu.Lock()
	if pl.leaving && (pl.left != nil || !r.last()) { // Disconnect and Reconnect see to it
		pl.mu.Unlock()
		return nil
	}
	if pl.receiving == r {
		pl.receiving = nil
	}
	pl.unconfirmed = r.err == nil || r.confirms
	pl.mu.Unlock()
	if r.err != nil {
		return pl.broken(r.err)
	}
	if r.resumes {
		pl.in.resume()
	}
	pl.in.put(r.output.Fragments)
	pl.received = r.output.Done
	return nil
}

// startReceive begins a Receive, or returns the one that is under way.
func (pl *Pipeline) startReceive() (*receiving, error) {
	pl.mu.Lock()
	if !pl.leaving && pl.receiving == nil {
		pl.startLocked(Receiver.Receive)
	}
	r, leaving := pl.receiving, pl.leaving
	pl.mu.Unlock()
	if leaving && !r.last() {
		return nil, pl.away()
	}
	return r, nil
}

// stays waits for the end of a Disconnect that is under way: the command's end may
// come by the way, which nobody would be given again.
func (pl *Pipeline) stays(ctx context.Context) error {
	pl.mu.Lock()
	left := pl.left
	pl.mu.Unlock()
	return waitFor(ctx, left)
}

// startLocked begins a Receive, or a Poll.
func (pl *Pipeline) startLocked(receive func(Receiver, context.Context) (Received, error)) {
	r := &receiving{done: make(chan struct{}), resumes: pl.resumed, polls: pl.leaving, confirms: pl.unconfirmed}
	pl.receiving, pl.resumed = r, false
	receiver := pl.receiver
	pl.pool.run(func() {
		defer close(r.done)
		ctx, cancel := pl.pool.background(context.Background())
		defer cancel()
		r.output, r.err = receive(receiver, ctx)
		if errors.Is(r.err, ErrDisconnected) {
			pl.disconnected(r.err)
		}
	})
}

// broken takes the error of a Receive.
func (pl *Pipeline) broken(err error) error {
	if state, reason := pl.pool.State(); state == Broken && reason != nil {
		err = reason
	}
	pl.conclude(psrp.PSInvocationFailed, &PipelineError{State: psrp.PSInvocationFailed, Err: err})
	return pl.ended()
}
