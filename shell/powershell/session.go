package powershell

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

// session is one runspace pool and the engine that runs it. It is the shell's
// Instance.
type session struct {
	shellID    string
	host       shell.Host
	engine     *engine
	log        *slog.Logger
	limits     limits
	background sync.WaitGroup // what goes on after the request that began it
	bounds     shell.Bounds   // nil: the engine has no limits

	mu        sync.Mutex
	pool      pool
	pipelines map[string]*pipeline         // by PSGuid, lower case
	commands  map[*shell.Command]*pipeline // the same ones
	closing   bool
}

// newSession makes a session that has no engine yet.
func newSession(shellID string, host shell.Host, limits limits, log *slog.Logger) *session {
	s := &session{
		shellID: shellID, host: host, log: log, limits: limits,
		pipelines: make(map[string]*pipeline),
		commands:  make(map[*shell.Command]*pipeline),
	}
	s.pool.init(host.Stream(stdout), limits)
	return s
}

// ProcessID implements shell.Instance.
func (s *session) ProcessID() int {
	if s.engine.child == nil {
		return 0 // it was restored
	}
	return s.engine.child.cmd.Process.Pid
}

// WaitRoom and Expect pass the engine's questions on to the shell.
func (s *session) WaitRoom()             { s.host.WaitRoom() }
func (s *session) Expect() (done func()) { return s.host.Expect() }

// Cut implements shell.Cutter: fragments are cut into smaller fragments.
func (s *session) Cut(d shell.Data, from, shift, max int) (shell.Data, int) {
	part, next := psrp.CutText(d.Raw(), from, shift, max)
	return shell.Base64Data(part), next
}

// Command implements shell.Instance. The one argument holds the first
// fragment of the message that makes the pipeline (MS-PSRP 3.1.5.3.3).
func (s *session) Command(ctx context.Context, cmd *shell.Command, r *shell.CommandRequest) error {
	if len(r.Arguments) != 1 {
		return refuse(codeArgumentCount, "A command must have exactly one argument, the first fragment of its pipeline.", nil)
	}
	first, err := firstFragment(r.Arguments[0])
	if err != nil {
		return err
	}
	p := newPipeline(cmd, first.Message.PipelineID, s.limits)
	if !s.add(p) {
		return &shell.ConflictError{ShellID: s.shellID, CommandID: cmd.ID()}
	}
	if err := s.forward(ctx, &p.input, p, r.Arguments[0]); err != nil {
		s.release(p)
		return err
	}
	return nil
}

// announce tells the engine of a pipeline, once: when the message that makes it
// has come whole. An identifier of which an engine has heard nothing but that
// stays taken when it is closed, and ends the engine when it is used again
// (measured).
func (s *session) announce(ctx context.Context, p *pipeline) error {
	s.mu.Lock()
	known := p.announced || p.closed != nil
	p.announced = true
	s.mu.Unlock()
	if known {
		return nil
	}
	return s.engine.command(ctx, p.id)
}

// firstFragment checks that d begins the message of a pipeline.
func firstFragment(d shell.Data) (psrp.FragmentText, error) {
	text := d.AppendBase64(nil)
	for f, err := range psrp.FragmentsText(text) {
		switch {
		case err != nil:
			return f, refuse(codeNullInput, "The argument of the command is not a PSRP fragment.", err)
		case !f.HasMessage || f.Message.PipelineID.IsZero() ||
			f.Message.Type != psrp.MessageCreatePipeline && f.Message.Type != psrp.MessageGetCommandMetadata:
			return f, refuse(codeNullInput, "The argument of the command does not begin with a CREATE_PIPELINE or GET_COMMAND_METADATA message.", nil)
		}
		return f, nil
	}
	return psrp.FragmentText{}, refuse(codeNullInput, "The argument of the command is empty.", nil)
}

// add enters a pipeline; false if its identifier is in use.
func (s *session) add(p *pipeline) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipelines[p.id] != nil {
		return false
	}
	s.pipelines[p.id], s.commands[p.cmd] = p, p
	return true
}

// remove forgets a pipeline. What still comes for it is thrown away.
func (s *session) remove(p *pipeline) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(p)
}

// forget is remove for a caller who holds the lock.
func (s *session) forget(p *pipeline) {
	if s.pipelines[p.id] == p {
		delete(s.pipelines, p.id)
	}
	delete(s.commands, p.cmd)
}

// pipeline finds the pipeline of a command; nil when the engine has none any
// more.
func (s *session) pipelineOf(cmd *shell.Command) *pipeline {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[cmd]
}

// Signal implements shell.Instance. SignalStop stops the pipeline and keeps
// what it had put out; every other signal closes it (MS-PSRP 3.1.5.3.9).
func (s *session) Signal(ctx context.Context, cmd *shell.Command, sig shell.Signal) error {
	if cmd == nil {
		return nil
	}
	p := s.pipelineOf(cmd)
	if p == nil {
		return nil
	}
	if sig == shell.SignalStop {
		return s.stop(ctx, p)
	}
	s.mu.Lock()
	p.discarded = true
	s.mu.Unlock()
	closed := s.release(p)
	select {
	case <-closed:
	case <-ctx.Done(): // the engine goes on closing it without us
	}
	return nil
}

// stop stops a pipeline in the engine, once however many ask for it: of several
// Signals at the same time an engine may make a pipeline that never ends
// (measured).
func (s *session) stop(ctx context.Context, p *pipeline) error {
	select {
	case <-s.stopOnce(p):
		if isClosed(s.engine.dead) {
			return s.engine.gone()
		}
		return nil
	case <-ctx.Done():
		return waitError(ctx)
	}
}

// stopOnce begins to stop a pipeline unless somebody has. The result is closed
// when the engine has.
func (s *session) stopOnce(p *pipeline) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.stopped != nil {
		return p.stopped
	}
	stopped := make(chan struct{})
	if s.closing || p.closed != nil {
		close(stopped)
		return stopped
	}
	p.stopped = stopped
	s.inBackground(func(ctx context.Context) {
		defer close(stopped)
		p.waitBegun(ctx)
		if err := s.whenTaken(ctx, p, s.engine.signal); err != nil {
			s.log.Debug("pipeline not stopped", "pipeline", p.id, "error", err)
		}
	})
	return stopped
}

// whenTaken does something to a pipeline when the engine has taken all that it
// was sent: what overtakes the message that makes a pipeline finds none.
// A request that gives the engine something for it comes to its end first.
func (s *session) whenTaken(ctx context.Context, p *pipeline, do func(context.Context, string) error) error {
	select {
	case p.input.turn <- struct{}{}:
	case <-s.engine.dead:
		return s.engine.gone()
	case <-ctx.Done():
		return waitError(ctx)
	}
	err := s.engine.settle(ctx)
	<-p.input.turn
	if err != nil {
		return err
	}
	return do(ctx, p.id)
}

// closePipeline is how long an engine may take to stop or close a pipeline
// before nobody waits for it any more.
const closePipeline = time.Minute

// inBackground runs f beyond the request that asks for it. The caller holds the
// lock, and has looked that the session is not closing.
func (s *session) inBackground(f func(context.Context)) {
	s.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closePipeline)
		defer cancel()
		f(ctx)
	})
}

// release closes a pipeline in the engine, once, and forgets it. The result
// is closed when that has happened.
func (s *session) release(p *pipeline) <-chan struct{} {
	s.mu.Lock()
	if p.closed != nil {
		defer s.mu.Unlock()
		return p.closed
	}
	closed := make(chan struct{})
	p.closed = closed
	if s.closing || !p.announced {
		defer s.mu.Unlock()
		s.forget(p)
		close(closed)
		return closed
	}
	stopped := p.stopped
	s.inBackground(func(ctx context.Context) {
		defer close(closed)
		if stopped != nil {
			<-stopped
		}
		if err := s.whenTaken(ctx, p, s.engine.close); err != nil {
			s.log.Debug("pipeline not closed", "pipeline", p.id, "error", err)
		}
		s.remove(p)
	})
	s.mu.Unlock()
	return closed
}

// Close implements shell.Instance: pipelines first, because an engine closes
// its session only when it has none, then the session; what is left when ctx
// ends is killed.
func (s *session) Close(ctx context.Context) error {
	s.mu.Lock()
	var open []*pipeline
	for _, p := range s.pipelines {
		if p.closed == nil {
			open = append(open, p)
		}
	}
	s.mu.Unlock()
	for _, p := range open {
		s.release(p)
	}
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	defer s.background.Wait()
	defer func() { <-s.engine.dead }()

	// Half the time for the engine's good will, the rest for its end.
	polite, cancel := context.WithTimeout(ctx, shell.CloseTimeout/2)
	defer cancel()
	for _, p := range open {
		select {
		case <-p.closed:
		case <-polite.Done():
		}
	}
	err := s.engine.close(polite, outofproc.SessionID)
	s.engine.hangUp()
	select {
	case <-s.engine.dead:
	case <-polite.Done():
	}
	s.engine.kill()
	return err
}

// psGuid is an identifier as the framing has it.
func psGuid(g psrp.GUID) string { return strings.ToLower(g.String()) }
