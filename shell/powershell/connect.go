package powershell

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

// Connect implements shell.Connector: it answers CONNECT_RUNSPACEPOOL as
// PowerShell's own server does (MS-PSRP 3.2.5.4.1), closes the input of the
// pipelines that run, and puts before everything else on the pool's stream
// what a client must hear to count the pool as opened.
func (s *session) Connect(ctx context.Context, in shell.Data) (shell.Data, error) {
	request, err := readConnect(in)
	if err != nil {
		return shell.Data{}, err
	}
	if err := s.waitOpened(ctx); err != nil {
		return shell.Data{}, err
	}
	answer, err := s.accept(request)
	if err != nil {
		return shell.Data{}, err
	}
	return answer, s.endInputs(ctx)
}

// readConnect reads the connectXml of a request.
func readConnect(in shell.Data) (*psrp.ConnectRequest, error) {
	if in.Empty() {
		return nil, refuse(codeConnectNoData, "The connectXml of the request is missing or empty.", nil)
	}
	b, err := in.Bytes()
	if err != nil {
		return nil, refuseConnect(err)
	}
	r, err := psrp.ParseConnect(b)
	if err != nil {
		return nil, refuseConnect(err)
	}
	return r, nil
}

func refuseConnect(err error) error {
	return refuse(codeConnectFailed, fmt.Sprintf("The runspace pool cannot be connected to: %v.", err), err)
}

// waitOpened waits until the engine has opened the pool.
func (s *session) waitOpened(ctx context.Context) error {
	select {
	case <-s.pool.opened:
		return nil
	case <-s.engine.dead:
		if isClosed(s.pool.opened) {
			return nil // what it left behind can still be fetched
		}
		return s.engine.cause
	case <-ctx.Done():
		return waitError(ctx)
	}
}

// accept checks the request against the pool and makes both the answer and
// the greeting.
func (s *session) accept(r *psrp.ConnectRequest) (shell.Data, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.pool
	if p.private == nil {
		return shell.Data{}, refuseConnect(fmt.Errorf("it is %v", p.state))
	}
	if err := r.Check(p.id, p.min, p.max); err != nil {
		return shell.Data{}, refuseConnect(err)
	}
	p.input.reset()
	p.responses.reset()
	p.requests.Reset()
	p.answers.Reset()
	answer := psrp.AppendFragments(nil, p.next(), psrp.SessionCapability(r.RunspacePoolID, r.ProtocolVersion), wholeMessage)
	answer = psrp.AppendFragments(answer, p.next(), psrp.RunspacePoolInitData(r.RunspacePoolID, p.min, p.max), wholeMessage)
	greeting := []shell.Piece{
		p.own(p.private),
		p.own(psrp.RunspacePoolStateMessage(r.RunspacePoolID, psrp.RunspacePoolOpened, "")),
	}
	p.out.PutFirst(append(greeting, p.calls.again(p.out)...)...)
	return shell.BytesData(answer), nil
}

// wholeMessage is larger than any message that the session makes itself.
const wholeMessage = 1 << 20

// own is a message of our own for the pool's stream.
func (p *pool) own(message []byte) shell.Piece {
	id := p.next()
	return shell.Piece{
		Data: shell.Base64Data(psrp.SingleFragmentText(id, message)), Object: id, End: true, Class: shell.ClassSession,
	}
}

// endInputs ends the input of every pipeline whose client has gone: nobody
// can finish it any more (MS-PSRP 3.2.5.4.1).
func (s *session) endInputs(ctx context.Context) error {
	s.mu.Lock()
	var open, unborn []*pipeline
	for _, p := range s.pipelines {
		p.input.reset()
		switch {
		case p.closed != nil:
		case !p.announced:
			unborn = append(unborn, p)
		case p.openInput:
			open = append(open, p)
		}
	}
	s.mu.Unlock()
	for _, p := range unborn {
		s.stillborn(p)
	}
	for _, p := range open {
		if err := s.endInput(ctx, p); err != nil && !isClosed(s.engine.dead) {
			return err
		}
	}
	return nil
}

// endInput ends the input of one pipeline in its client's place.
func (s *session) endInput(ctx context.Context, p *pipeline) error {
	s.mu.Lock()
	p.endedInput = true
	end := psrp.SingleFragmentText(s.pool.next(), psrp.EndOfPipelineInput(s.pool.id, p.wireID))
	s.mu.Unlock()
	if err := s.engine.send(ctx, outofproc.StreamDefault, p.id, end); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.openInput = false
	return nil
}

// stillborn fails a pipeline of which the engine has not heard, because its
// client has gone before it had sent all of the message that makes it.
func (s *session) stillborn(p *pipeline) {
	s.mu.Lock()
	id := s.pool.next()
	failed := psrp.PipelineStateMessage(s.pool.id, p.wireID, psrp.PSInvocationFailed,
		"The client left before it had sent the whole command.")
	s.mu.Unlock()
	p.out.Put(shell.Piece{Data: shell.Base64Data(psrp.SingleFragmentText(id, failed)), Object: id, End: true})
	s.finished(p)
}

// ConnectCommand implements shell.Connector: the host calls that nobody has
// answered are asked again.
func (s *session) ConnectCommand(_ context.Context, cmd *shell.Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.commands[cmd]; p != nil {
		p.out.PutFirst(p.calls.again(p.out)...)
	}
	return nil
}
