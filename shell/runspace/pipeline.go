package runspace

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// pipeline is one pipeline of a runspace pool.
type pipeline struct {
	s   *session
	cmd *shell.Command
	out *shell.Stream
	id  psrp.GUID // in the bytes of the message, not the CommandId

	ctx    context.Context // what runs in it; its cause is errStopped
	cancel context.CancelFunc
	fail   context.CancelCauseFunc
	ended  chan struct{} // closed when the client was told of its end

	input    inbound    // the stream stdin of the command
	objects  inputQueue // that have come
	hostInfo hostInfo

	mu        sync.Mutex
	begun     bool // the message that makes it has come
	discarded bool // nobody wants its output any more
	calls     calls
	runspace  *Runspace // that it has; nil: none
	guest     bool      // it runs within the pipeline that took the runspace
	active    uint64    // when it began, or asked its client last: the greater, the later
}

func newPipeline(s *session, cmd *shell.Command, id psrp.GUID) *pipeline {
	p := &pipeline{s: s, cmd: cmd, out: cmd.Stream(stdout), id: id, ended: make(chan struct{})}
	ctx, cancel := context.WithCancelCause(s.life)
	p.ctx, p.fail, p.cancel = ctx, cancel, func() { cancel(errStopped) }
	p.input.init(s.plugin.config.MaxObjectSize, s.plugin.config.MaxDataSize)
	p.objects.init()
	return p
}

// message takes a message of the pipeline's stream.
func (p *pipeline) message(m psrp.Message) error {
	switch m.Type {
	case psrp.MessageCreatePipeline:
		return p.create(m)
	case psrp.MessageGetCommandMetadata:
		q, err := readMetadataQuery(m)
		if err != nil {
			return err
		}
		return p.start(false, func(ctx context.Context, r *run) error { return r.metadata(ctx, q) })
	case psrp.MessagePipelineInput:
		if !p.objects.add(m.Data) {
			return refuse(codeNullInput, "The input of the pipeline has ended: its client has said so, or has left, or it takes none.", nil)
		}
		return nil
	case psrp.MessageEndOfPipelineInput:
		p.objects.end()
		return nil
	}
	return refuse(codeNullInput, fmt.Sprintf("The message %v is not for the input of a pipeline.", m.Type), nil)
}

// create takes CREATE_PIPELINE (2.2.2.10).
func (p *pipeline) create(m psrp.Message) error {
	c, err := readCreatePipeline(m)
	if err != nil {
		return err
	}
	p.hostInfo = c.host
	var input source
	if c.noInput {
		p.objects.end()
	} else {
		input = func(ctx context.Context, give func(clixml.Value) error) error { return p.read(ctx, give) }
	}
	return p.start(c.nested, func(ctx context.Context, r *run) error { return r.request(ctx, c, input) })
}

// read gives the pipeline what its client sends.
func (p *pipeline) read(ctx context.Context, give func(clixml.Value) error) error {
	for {
		data, more, end := p.objects.next()
		if end {
			return nil
		}
		if more != nil {
			if err := p.runspace.wait(ctx, more); err != nil {
				return err
			}
			continue
		}
		v, err := clixml.Parse(data)
		if err != nil {
			return &scriptError{&Error{ID: "InvalidPipelineInput", Category: clixml.InvalidData, Err: fmt.Errorf("an input object is not CLIXML: %w", err)}}
		}
		if err := give(v); err != nil {
			return err
		}
	}
}

// start runs work, once, in a runspace of the pool.
func (p *pipeline) start(nested bool, work func(context.Context, *run) error) error {
	p.mu.Lock()
	again := p.begun
	p.begun = true
	p.mu.Unlock()
	if again {
		return refuse(codeNullInput, "The pipeline was made before.", nil)
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.s.closing {
		return &shell.NotFoundError{ShellID: p.s.shellID}
	}
	p.s.pipes.Go(func() {
		ctx := p.ctx
		if limit := p.s.plugin.config.Limits.Time; limit > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeoutCause(ctx, limit, errTime)
			defer cancel()
		}
		p.end(p.work(ctx, nested, work))
	})
	return nil
}

// work runs in the runspace of the pipeline that it is nested in, if there is
// one, else in one that it waits for.
func (p *pipeline) work(ctx context.Context, nested bool, work func(context.Context, *run) error) error {
	if nested {
		if outer, rs := p.s.outerOf(p); outer != nil {
			if ran, err := p.within(ctx, outer, rs, work); ran {
				return err
			}
		}
	}
	rs, err := p.s.runspaces.take(ctx)
	if err != nil {
		return stopped(ctx)
	}
	defer p.s.runspaces.give(rs)
	return p.in(ctx, rs, false, work)
}

// within has the pipeline that runs in rs run this one at its next checkpoint;
// ran is false if outer, who took rs, ended first.
func (p *pipeline) within(ctx context.Context, outer *pipeline, rs *Runspace, work func(context.Context, *run) error) (ran bool, err error) {
	done := make(chan struct{})
	select {
	case rs.nested <- func() {
		defer close(done)
		err = p.in(ctx, rs, true, work)
	}:
		<-done
		return true, err
	case <-outer.ended:
		return false, nil
	case <-ctx.Done():
		return true, stopped(ctx)
	}
}

// in runs work in a runspace, as a guest of the pipeline that took it or as that
// itself.
func (p *pipeline) in(ctx context.Context, rs *Runspace, guest bool, work func(context.Context, *run) error) error {
	p.mu.Lock()
	p.runspace, p.guest, p.active = rs, guest, p.s.moment.Add(1)
	p.mu.Unlock()
	return work(ctx, &run{
		rs: rs, client: p, config: &p.s.plugin.config, table: p.s.plugin.commands, scope: rs.global,
	})
}

// wait is run's of the same name, for who has no run.
func (rs *Runspace) wait(ctx context.Context, done <-chan struct{}) error {
	return (&run{rs: rs}).wait(ctx, done)
}

// outerOf is the pipeline that p is nested in, by the runspace that it has taken;
// nil if none runs. No message says which one it is. A client nests a pipeline
// while its host is asked something, so it is where the latest unanswered host
// call comes from; without one it is where the latest pipeline began.
func (s *session) outerOf(p *pipeline) (owner *pipeline, rs *Runspace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owners := map[*Runspace]*pipeline{}
	var asks bool
	var latest uint64
	for _, other := range s.pipelines {
		if other == p {
			continue
		}
		other.mu.Lock()
		at, waits, when := other.runspace, len(other.calls.all) > 0, other.active
		if at != nil && !other.guest {
			owners[at] = other
		}
		other.mu.Unlock()
		if at == nil || asks && !waits || asks == waits && when < latest {
			continue
		}
		rs, asks, latest = at, waits, when
	}
	return owners[rs], rs
}

// end tells the client how the pipeline has ended (PIPELINE_STATE, 2.2.2.21).
func (p *pipeline) end(err error) {
	state, content := psrp.PSInvocationCompleted, bag()
	switch {
	case err == nil:
	case errors.Is(err, errStopped):
		state = psrp.PSInvocationStopped
	default:
		state = psrp.PSInvocationFailed
	}
	content.Extended = clixml.Properties{property("PipelineState", clixml.Int32(state))}
	if err != nil {
		content.Extended = append(content.Extended, property("ExceptionAsErrorRecord", record(err, "").Object()))
	}
	b, encodeError := p.s.message(psrp.MessagePipelineState, p.id, content)
	if encodeError != nil { // the error's target, for example
		b = psrp.PipelineStateMessage(p.s.pool.id, p.id, state, err.Error())
	}
	p.mu.Lock()
	p.runspace = nil
	if !p.discarded {
		p.s.put(p.out, b, shell.ClassKeep)
	}
	p.mu.Unlock()
	p.objects.end()
	p.cmd.Finish(0)
	p.s.remove(p)
	p.cancel()
	close(p.ended)
}

// stop ends the pipeline, and says so where nothing of it runs yet.
func (p *pipeline) stop() {
	p.cancel()
	p.mu.Lock()
	unborn := !p.begun
	p.begun = true
	p.mu.Unlock()
	if unborn {
		p.end(errStopped)
	}
}

// discard says that nobody wants the pipeline's output any more.
func (p *pipeline) discard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.discarded = true
}

// clientLeft ends the input of a pipeline whose client has gone, and the pipeline
// itself if that has not sent all of the message that makes it.
func (p *pipeline) clientLeft() {
	p.objects.end()
	p.mu.Lock()
	unborn := !p.begun
	p.begun = true
	p.mu.Unlock()
	if unborn {
		p.end(errors.New("the client left before it had sent the whole command"))
	}
}

// messageTypes are those of the streams.
var messageTypes = map[Stream]psrp.MessageType{
	StreamOutput: psrp.MessagePipelineOutput, StreamError: psrp.MessageErrorRecord, StreamWarning: psrp.MessageWarningRecord,
	StreamVerbose: psrp.MessageVerboseRecord, StreamDebug: psrp.MessageDebugRecord, StreamInformation: psrp.MessageInformationRecord,
	StreamProgress: psrp.MessageProgressRecord,
}

// put implements client. It waits while the shell's buffers are full.
func (p *pipeline) put(ctx context.Context, st Stream, v clixml.Value) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	b, err := p.s.message(messageTypes[st], p.id, v)
	if err != nil {
		return err
	}
	if err := p.waitRoom(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.discarded {
		p.s.put(p.out, b, shell.ClassDrop)
	}
	return nil
}

// waitRoom waits until the shell's buffers have room, or ctx has ended; nested
// pipelines run meanwhile.
func (p *pipeline) waitRoom(ctx context.Context) error {
	return p.runspace.wait(ctx, p.s.room.wait(p.s.host))
}

// exchange implements client.
func (p *pipeline) exchange(ctx context.Context) error {
	return p.s.exchange(ctx, p.runspace.wait)
}

// host implements client.
func (p *pipeline) host() hostInfo {
	if p.hostInfo.fromPool || !p.hostInfo.present {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		return p.s.pool.host
	}
	return p.hostInfo
}
