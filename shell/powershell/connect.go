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

// connectRequest is what a client says to connect.
type connectRequest struct {
	pool     psrp.GUID
	version  string
	min, max int
	limited  bool // min and max were given
}

// readConnect demands exactly two objects of one fragment each.
func readConnect(in shell.Data) (*connectRequest, error) {
	if in.Empty() {
		return nil, refuse(codeConnectNoData, "The connectXml of the request is missing or empty.", nil)
	}
	fragments, err := psrp.SplitText(text(in), 2)
	if err == nil && len(fragments) != 2 {
		err = fmt.Errorf("there are %d fragments and must be 2", len(fragments))
	}
	if err != nil {
		return nil, refuseConnect(err)
	}
	r := &connectRequest{}
	for i, want := range []psrp.MessageType{psrp.MessageSessionCapability, psrp.MessageConnectRunspacePool} {
		var d psrp.Defragmenter
		m, complete, err := d.AddText(fragments[i])
		switch {
		case err != nil:
			return nil, refuseConnect(err)
		case !complete || m.Type != want:
			return nil, refuseConnect(fmt.Errorf("object %d must be a %v in one fragment", i+1, want))
		}
		if err := r.read(m); err != nil {
			return nil, refuseConnect(err)
		}
	}
	return r, nil
}

func (r *connectRequest) read(m psrp.Message) (err error) {
	if m.Type == psrp.MessageSessionCapability {
		c, err := psrp.ParseCapability(m.Data)
		if err != nil {
			return err
		}
		r.version, err = psrp.NegotiateConnectVersion(c.ProtocolVersion)
		return err
	}
	r.pool = m.RunspacePoolID
	r.min, r.max, r.limited, err = psrp.RunspacePoolLimits(m.Data)
	return err
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
func (s *session) accept(r *connectRequest) (shell.Data, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.pool
	if p.private == nil {
		return shell.Data{}, refuseConnect(fmt.Errorf("it is %v", p.state))
	}
	if r.pool != p.id && r.pool != swapped(p.id) {
		return shell.Data{}, refuseConnect(fmt.Errorf("its identifier is not %v", r.pool))
	}
	if r.limited && (r.min != p.min || r.max != p.max) {
		return shell.Data{}, refuseConnect(fmt.Errorf("it has %d to %d runspaces, not %d to %d", p.min, p.max, r.min, r.max))
	}
	p.input.reset()
	p.responses.reset()
	p.requests.Reset()
	p.answers.Reset()
	answer := psrp.AppendFragments(nil, p.next(), psrp.SessionCapability(r.pool, r.version), wholeMessage)
	answer = psrp.AppendFragments(answer, p.next(), psrp.RunspacePoolInitData(r.pool, p.min, p.max), wholeMessage)
	greeting := []shell.Piece{
		p.own(p.private),
		p.own(psrp.RunspacePoolStateMessage(r.pool, psrp.RunspacePoolOpened, "")),
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

// swapped is an identifier in the other of the two byte orders that clients
// write it in.
func swapped(g psrp.GUID) psrp.GUID {
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return g
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
