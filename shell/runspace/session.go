package runspace

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// session is one runspace pool. It is the shell's Instance.
type session struct {
	plugin  *Plugin
	shellID string
	owner   string
	host    shell.Host
	log     *slog.Logger

	// life ends with the session, and with it everything that runs in it.
	life      context.Context
	cancel    context.CancelFunc
	pipes     sync.WaitGroup // the goroutines of pipelines
	object    atomic.Uint64  // the number of the last object
	moment    atomic.Uint64  // counts what pipelines do, to know what came later
	room      room
	runspaces runspaces
	keys      keys

	mu        sync.Mutex
	pool      pool
	pipelines map[psrp.GUID]*pipeline
	commands  map[*shell.Command]*pipeline // the same ones
	closing   bool
}

func newSession(p *Plugin, r *shell.OpenRequest, host shell.Host) *session {
	s := &session{
		plugin: p, shellID: r.ShellID, owner: r.Owner, host: host,
		log:       p.config.Logger.With("shell", r.ShellID),
		pipelines: make(map[psrp.GUID]*pipeline), commands: make(map[*shell.Command]*pipeline),
	}
	// A shell's life is no request's.
	s.life, s.cancel = context.WithCancel(context.Background())
	s.pool.init(host.Stream(stdout), p.config.MaxObjectSize)
	s.runspaces.make = func() *Runspace { return newRunspace(s) }
	s.keys.init()
	return s
}

// ProcessID implements shell.Instance: pipelines run in this very process.
func (s *session) ProcessID() int { return os.Getpid() }

// Cut implements shell.Cutter: fragments are cut into smaller fragments.
func (s *session) Cut(d shell.Data, from, shift, max int) (shell.Data, int) {
	if d.IsBase64() { // read back from where another server has put it
		part, next := psrp.CutText(d.Raw(), from, shift, max)
		return shell.Base64Data(part), next
	}
	part, next := psrp.Cut(d.Raw(), from, shift, max/4*3)
	return shell.BytesData(part), next
}

// Command implements shell.Instance. The one argument holds the first fragment
// of the message that makes the pipeline (3.1.5.3.3).
func (s *session) Command(_ context.Context, cmd *shell.Command, r *shell.CommandRequest) error {
	if len(r.Arguments) != 1 {
		return refuse(codeArgumentCount, "A command must have exactly one argument, the first fragment of its pipeline.", nil)
	}
	id, err := pipelineOf(r.Arguments[0])
	if err != nil {
		return err
	}
	p := newPipeline(s, cmd, id)
	if err := s.add(p); err != nil {
		return err
	}
	if err := s.take(&p.input, r.Arguments[0], p.message); err != nil {
		s.remove(p)
		p.cancel()
		return err
	}
	return nil
}

// pipelineOf is the identifier of the pipeline that d begins the message of.
func pipelineOf(d shell.Data) (psrp.GUID, error) {
	b, err := d.Bytes()
	if err != nil {
		return psrp.GUID{}, refuse(codeInputType, "The argument of the command is not base64.", err)
	}
	for f, err := range psrp.Fragments(b) {
		switch {
		case err != nil:
			return psrp.GUID{}, refuse(codeNullInput, "The argument of the command is not a PSRP fragment.", err)
		case !f.HasMessage || f.Message.PipelineID.IsZero() ||
			f.Message.Type != psrp.MessageCreatePipeline && f.Message.Type != psrp.MessageGetCommandMetadata:
			return psrp.GUID{}, refuse(codeNullInput, "The argument of the command does not begin with a CREATE_PIPELINE or GET_COMMAND_METADATA message.", nil)
		}
		return f.Message.PipelineID, nil
	}
	return psrp.GUID{}, refuse(codeNullInput, "The argument of the command is empty.", nil)
}

// add enters a pipeline.
func (s *session) add(p *pipeline) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool.state != psrp.RunspacePoolOpened {
		return refuse(codeNullInput, fmt.Sprintf("The runspace pool is %v and takes no pipeline.", s.pool.state), nil)
	}
	if s.closing || s.pipelines[p.id] != nil {
		return &shell.ConflictError{ShellID: s.shellID, CommandID: p.cmd.ID()}
	}
	s.pipelines[p.id], s.commands[p.cmd] = p, p
	return nil
}

// remove forgets a pipeline.
func (s *session) remove(p *pipeline) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pipelines[p.id] == p {
		delete(s.pipelines, p.id)
	}
	delete(s.commands, p.cmd)
}

func (s *session) pipelineOf(cmd *shell.Command) *pipeline {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[cmd]
}

// Send implements shell.Instance. Without a command, stdin is for the pool and
// pr for the pipeline that the message names: captured clients send responses
// of a pipeline's host calls so.
func (s *session) Send(_ context.Context, cmd *shell.Command, in shell.Input) error {
	var p *pipeline
	if cmd != nil {
		if p = s.pipelineOf(cmd); p == nil {
			return nil // it has ended; what it would have read is of no use
		}
	}
	switch {
	case in.Stream == "stdin" && p == nil:
		return s.take(&s.pool.input, in.Data, s.poolMessage)
	case in.Stream == "stdin":
		return s.take(&p.input, in.Data, p.message)
	case in.Stream == "pr":
		return s.take(&s.pool.responses, in.Data, s.response)
	}
	return refuse(codeInputStream, fmt.Sprintf("There is no input stream %q; use stdin or pr.", in.Stream), nil)
}

// Signal implements shell.Instance. SignalStop stops the pipeline and keeps
// what it has put out; every other signal closes it (3.1.5.3.9).
func (s *session) Signal(_ context.Context, cmd *shell.Command, sig shell.Signal) error {
	if cmd == nil {
		return nil
	}
	p := s.pipelineOf(cmd)
	if p == nil {
		return nil
	}
	if sig != shell.SignalStop {
		p.discard()
	}
	p.stop()
	return nil
}

// Close implements shell.Instance. What does not end when its context does is
// left to itself: no goroutine can be killed.
func (s *session) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for _, p := range s.pipelines {
		p.discard()
	}
	s.mu.Unlock()
	s.cancel()
	ended := make(chan struct{})
	go func() {
		s.pipes.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("a command does not end though its context has: %w", context.Cause(ctx))
	}
}
