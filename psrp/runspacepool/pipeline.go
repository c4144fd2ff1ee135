package runspacepool

import (
	"context"
	"errors"
	"sync"

	"github.com/winrmd/winrmd/psrp"
)

// Pipeline is a pipeline at the server. Its output is read by one goroutine, with
// Next or Records; everything else may be called by others meanwhile.
type Pipeline struct {
	pool    *RunspacePool
	command CommandTransport
	host    Host
	id      string // that of the command

	input, responses, reading turn

	// Of who reads.
	in       inbound
	received bool      // the command has ended and everything is here
	call     *hostCall // is to be answered before anything else
	failure  error     // what Next says after the end

	mu        sync.Mutex
	wireID    psrp.GUID // as the server writes it
	state     psrp.PSInvocationState
	reason    error
	receiver  Receiver
	receiving *receiving // a Receive that is under way, or not taken yet
	openInput bool
	leaving   bool          // from Disconnect to Reconnect: nothing more is taken, but the end
	left      chan struct{} // while Disconnect is under way; closed at its end
	// unconfirmed says that the server does not know yet that its last answer has
	// come: it would give it again, to whoever connects.
	unconfirmed bool
	resumed     bool // the next Receive is the first since the stream was broken off
}

// receiving is one Receive. It goes on when nobody waits for it any more: what it
// brings is not lost.
type receiving struct {
	resumes bool // it is the first since the stream was broken off
	polls   bool // it does not wait
	// confirms says that it tells the server that the answer before has come.
	confirms bool
	done     chan struct{} // closed when the rest is there
	output   Received
	err      error
}

// last reports whether it has brought the command's end. The server keeps nothing
// of a command for others whose end this client was told.
func (r *receiving) last() bool {
	if r == nil {
		return false
	}
	select {
	case <-r.done:
		return r.err == nil && r.output.Done
	default:
		return false
	}
}

// Start starts a pipeline. Nothing of its output is received before Next is
// called.
func (p *RunspacePool) Start(ctx context.Context, c PipelineConfig) (*Pipeline, error) {
	if err := p.opened("Start"); err != nil {
		return nil, err
	}
	content, err := c.content(version(p.ProtocolVersion()))
	if err != nil {
		return nil, err
	}
	host := c.Host
	if host == nil {
		host = p.config.Host
	}
	return p.begin(ctx, psrp.MessageCreatePipeline, content, line(c.Commands), c.Input, host)
}

// begin makes a command at the server with a message as its first.
func (p *RunspacePool) begin(ctx context.Context, kind psrp.MessageType, content []byte, line string, input bool, host Host) (*Pipeline, error) {
	if err := p.opened("Start"); err != nil {
		return nil, err
	}
	id := NewID()
	pl := p.newPipeline(ShellID(id), host)
	pl.wireID, pl.openInput = id, input
	requests := p.encode(kind, id, content)
	return outlive(ctx, p, func(ctx context.Context) (*Pipeline, error) {
		command, err := p.transport.Command(ctx, pl.id, line, requests[0])
		if err != nil {
			return nil, err
		}
		pl.attach(command)
		for _, fragments := range requests[1:] {
			if err := command.Send(ctx, streamInput, fragments); err != nil {
				return nil, errors.Join(err, command.Close(ctx))
			}
		}
		p.add(pl)
		return pl, nil
	}, closePipeline)
}

func (p *RunspacePool) newPipeline(id string, host Host) *Pipeline {
	pl := &Pipeline{pool: p, id: id, host: host, input: newTurn(), responses: newTurn(), reading: newTurn()}
	pl.in.init(int64(p.config.MaxObjectSize))
	return pl
}

func (pl *Pipeline) attach(command CommandTransport) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.command, pl.receiver, pl.state = command, command.Receiver(), psrp.PSInvocationRunning
}

func (p *RunspacePool) add(pl *Pipeline) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pipelines[pl] = struct{}{}
}

// ConnectPipeline comes to a pipeline that the server has, after Connect: id is a
// CommandInfo's. Next gives what it has put out and no client has received.
func (p *RunspacePool) ConnectPipeline(ctx context.Context, id string) (*Pipeline, error) {
	if err := p.opened("ConnectPipeline"); err != nil {
		return nil, err
	}
	pl := p.newPipeline(id, p.config.Host)
	var err error
	if pl.wireID, err = psrp.ParseGUID(id); err != nil {
		return nil, err
	}
	return outlive(ctx, p, func(ctx context.Context) (*Pipeline, error) {
		command, err := p.transport.ConnectCommand(ctx, id)
		if err != nil {
			return nil, err
		}
		pl.in.resume()
		pl.attach(command)
		p.add(pl)
		return pl, nil
	}, p.forget)
}

// closePipeline ends a pipeline that nobody has.
func closePipeline(ctx context.Context, pl *Pipeline) {
	if err := pl.Close(ctx); err != nil {
		pl.pool.config.Log.Debug("a pipeline that nobody waits for is not ended", "command", pl.id, "error", err)
	}
}

// forget lets go of a pipeline that nobody has, and that may be come to again.
func (p *RunspacePool) forget(_ context.Context, pl *Pipeline) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pipelines, pl)
}

// ID is the pipeline's identifier as WS-Management has it: the CommandId.
func (pl *Pipeline) ID() string { return pl.id }

// State returns the state, and the reason where it is Failed, Stopped or
// Disconnected, if there is one. What the pipeline has put out may not have been
// read when it has ended; its end is known when it was read to there.
func (pl *Pipeline) State() (psrp.PSInvocationState, error) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.state, pl.reason
}

// Stop asks the server to stop the pipeline. What it puts out until then is
// still to be read, and then Next says that it was stopped. One that has ended is
// not asked.
func (pl *Pipeline) Stop(ctx context.Context) error {
	pl.mu.Lock()
	before := pl.state
	switch before {
	case psrp.PSInvocationRunning:
		pl.state = psrp.PSInvocationStopping
	case psrp.PSInvocationDisconnected:
		defer pl.mu.Unlock()
		return pl.reason
	}
	pl.mu.Unlock()
	if before.Final() {
		return nil
	}
	return request(ctx, pl.pool, pl.command.Stop)
}

// Close ends the pipeline, if it runs, and lets go of what it has put out and
// nobody has read. Who reads a pipeline to its end need not close it.
func (pl *Pipeline) Close(ctx context.Context) error {
	if !pl.finish(psrp.PSInvocationStopped, &PipelineError{State: psrp.PSInvocationStopped, Err: errAbandoned}) {
		return nil
	}
	return request(ctx, pl.pool, pl.command.Close)
}

var errAbandoned = errors.New("it was closed before its end")

// finish ends the pipeline at this side; false if it had ended already.
func (pl *Pipeline) finish(state psrp.PSInvocationState, reason error) bool {
	pl.mu.Lock()
	if pl.state.Final() {
		pl.mu.Unlock()
		return false
	}
	pl.state, pl.reason, pl.openInput = state, reason, false
	pl.hasLeftLocked()
	pl.mu.Unlock()
	pl.pool.mu.Lock()
	defer pl.pool.mu.Unlock()
	delete(pl.pool.pipelines, pl)
	return true
}

// conclude ends the pipeline at this side and releases the command at the server,
// which nobody need wait for. Who has left it has nothing to release.
func (pl *Pipeline) conclude(state psrp.PSInvocationState, reason error) {
	away := pl.isAway()
	if !pl.finish(state, reason) || away {
		return
	}
	p := pl.pool
	p.mu.Lock()
	p.releasing++
	p.mu.Unlock()
	p.run(func() {
		ctx, cancel := p.background(context.Background())
		defer cancel()
		if err := pl.command.Close(ctx); err != nil {
			p.config.Log.Debug("a command that has ended is not released", "command", pl.id, "error", err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.releasing--
	})
}

// abandoned says that the pool was closed.
func (pl *Pipeline) abandoned() {
	pl.finish(psrp.PSInvocationStopped, &PipelineError{State: psrp.PSInvocationStopped, Err: ErrClosed})
}

// disconnected says that the pool is disconnected, and why if that is not this
// side's doing.
func (pl *Pipeline) disconnected(reason error) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if pl.state.Final() || pl.state == psrp.PSInvocationDisconnected {
		return
	}
	if pl.leaving {
		reason = ErrDisconnected
	}
	pl.state, pl.reason, pl.leaving = psrp.PSInvocationDisconnected, reason, true
}

func (pl *Pipeline) isAway() bool {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	return pl.state == psrp.PSInvocationDisconnected
}

// away is the error of what needs the pool to be connected.
func (pl *Pipeline) away() error {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if pl.state == psrp.PSInvocationDisconnected {
		return pl.reason
	}
	return ErrDisconnected
}

// leave sees to it that the server knows what has come, before the pool is
// disconnected: what it does not know to have come another client gets again.
// What it gives by the way is kept for a Reconnect, and for nobody if another
// client comes before that: so nothing comes twice. Only the end is for Next: it is
// told once. The Disconnect ends with hasLeft.
func (pl *Pipeline) leave(ctx context.Context) {
	pl.mu.Lock()
	pl.leaving, pl.left = true, make(chan struct{})
	pl.mu.Unlock()
	pl.poll(ctx)
}

// hasLeft says that the Disconnect has ended.
func (pl *Pipeline) hasLeft() {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.hasLeftLocked()
}

func (pl *Pipeline) hasLeftLocked() {
	if pl.left != nil {
		close(pl.left)
		pl.left = nil
	}
}

func (pl *Pipeline) poll(ctx context.Context) {
	pl.mu.Lock()
	if pl.unconfirmed && pl.receiving == nil && !pl.state.Final() {
		pl.startLocked(Receiver.Poll)
	}
	r := pl.receiving
	polls := r != nil && r.polls
	pl.mu.Unlock()
	if polls {
		_ = waitFor(ctx, r.done)
	}
}

// unheard reports whether the server was left without knowing what has come: the
// Receive that should have said so came after the Disconnect.
func (pl *Pipeline) unheard() bool {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	r := pl.receiving
	return r != nil && r.confirms && errors.Is(r.err, ErrTooLate)
}

// stay is the opposite of leave.
func (pl *Pipeline) stay() {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.leaving = pl.state == psrp.PSInvocationDisconnected
}

// quiet waits until nothing receives for the pipeline.
func (pl *Pipeline) quiet(ctx context.Context) error {
	pl.mu.Lock()
	r := pl.receiving
	pl.mu.Unlock()
	if r == nil {
		return nil
	}
	return waitFor(ctx, r.done)
}

// reconnect comes back to the command. A pipeline that the server does not give
// back has failed; only if the pool is lost again that is an error.
func (pl *Pipeline) reconnect(ctx context.Context) error {
	pl.mu.Lock()
	last := pl.receiving.last()
	if last { // the server has nothing more
		pl.state, pl.reason = psrp.PSInvocationRunning, nil
	}
	pl.mu.Unlock()
	if last {
		return nil
	}
	err := pl.command.Reconnect(ctx)
	if errors.Is(err, ErrDisconnected) || ctx.Err() != nil && err != nil {
		return err
	}
	if err != nil {
		pl.finish(psrp.PSInvocationFailed, &PipelineError{State: psrp.PSInvocationFailed, Err: err})
		return nil
	}
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if r := pl.receiving; r != nil && r.err != nil { // it ended with the connection
		pl.receiving = nil
		pl.unconfirmed = pl.unconfirmed || r.confirms && errors.Is(r.err, ErrTooLate)
	}
	pl.receiver = pl.command.Receiver()
	pl.state, pl.reason = psrp.PSInvocationRunning, nil
	pl.resumed = true
	return nil
}
