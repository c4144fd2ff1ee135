package powershell

import (
	"bytes"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// observe notes what a client's message changes that a later client must be
// told of, and refuses what would silence the engine. The caller holds the
// lock. p is nil for the pool's messages.
func (s *session) observe(p *pipeline, f psrp.FragmentText) error {
	if p == nil {
		return s.observePool(f)
	}
	switch {
	case f.HasMessage && f.Message.Type == psrp.MessageEndOfPipelineInput:
		p.openInput, p.endedInput = false, true
	case f.HasMessage && f.Message.Type == psrp.MessagePipelineInput && p.endedInput:
		return refuse(codeNullInput, "The input of the pipeline has ended: its client has said so, or has left.", nil)
	case f.HasMessage && f.Message.Type == psrp.MessageCreatePipeline, !f.Header.Start && p.creating():
		p.observeCreate(f)
	}
	return nil
}

// creating reports whether the CREATE_PIPELINE has not come whole.
func (p *pipeline) creating() bool { return p.input.first.Type == psrp.MessageCreatePipeline }

// takesInput is how CREATE_PIPELINE says that input follows. In the text of
// CLIXML the characters cannot mean anything else: < is always escaped there.
var takesInput = []byte(`<B N="NoInput">false</B>`)

// observeCreate looks for the property NoInput. It does not span fragments in
// what any known client sends, but it may lie in any of them.
func (p *pipeline) observeCreate(f psrp.FragmentText) {
	blob, err := f.AppendBlob(nil)
	if err == nil && bytes.Contains(blob, takesInput) {
		p.openInput = true
	}
}

// observePool notes the opening of the pool and requests that change it.
func (s *session) observePool(f psrp.FragmentText) error {
	if f.HasMessage {
		s.pool.clientMessage = f.Message.Type
		s.pool.requests.Reset() // the object before may have been refused half-way
		if s.pool.id.IsZero() {
			s.pool.id = f.Message.RunspacePoolID
		}
	}
	switch s.pool.clientMessage {
	case psrp.MessageSessionCapability, psrp.MessageInitRunspacePool,
		psrp.MessageSetMaxRunspaces, psrp.MessageSetMinRunspaces:
	default:
		return nil
	}
	m, complete, err := s.pool.requests.AddText(f)
	if err != nil || !complete {
		return err
	}
	return s.pool.asked(m)
}

// observeResponse notes that a host call was answered. The caller holds the
// lock.
func (s *session) observeResponse(f psrp.FragmentText) error {
	if f.Header.Start {
		s.pool.answers.Reset() // the object before may have been refused half-way
	}
	m, complete, err := s.pool.answers.AddText(f)
	if err != nil || !complete {
		return err
	}
	if m.PipelineID.IsZero() {
		s.pool.calls.answered(m)
		return nil
	}
	if p := s.pipelines[psGuid(m.PipelineID)]; p != nil {
		p.calls.answered(m)
		if len(p.calls) == 0 {
			p.cmd.SetPending(false)
		}
	}
	return nil
}

// called notes a host call of a pipeline and puts out its last piece, both at
// once for a client that connects meanwhile.
func (s *session) called(p *pipeline, m psrp.Message, piece shell.Piece) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !p.control.cut {
		p.calls.add(m, piece.Object)
	}
	p.cmd.SetPending(len(p.calls) > 0)
	p.border.pass(p.out, piece)
}

// ended is told by the engine that it is gone: the client hears that the pool
// is broken, and why.
func (s *session) ended(err error) {
	s.mu.Lock()
	broken := s.pool.own(psrp.RunspacePoolStateMessage(s.pool.id, psrp.RunspacePoolBroken, err.Error()))
	closing := s.closing
	s.mu.Unlock()
	if !closing {
		s.log.Warn("engine ended", "error", err)
		broken.Class = shell.ClassKeep
		s.pool.out.PutLast(broken)
	}
	s.host.Ended(err)
}
