package runspace

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// Connect implements shell.Connector: it answers CONNECT_RUNSPACEPOOL
// (3.2.5.4.1), closes the input of the pipelines that run, and puts before
// everything else on the pool's stream what a client must hear to count the
// pool as opened.
func (s *session) Connect(_ context.Context, in shell.Data) (shell.Data, error) {
	request, err := readConnect(in)
	if err != nil {
		return shell.Data{}, err
	}
	answer, err := s.accept(request)
	if err != nil {
		return shell.Data{}, err
	}
	s.endInputs()
	return answer, nil
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

// accept checks the request against the pool and makes both the answer and the
// greeting.
func (s *session) accept(r *psrp.ConnectRequest) (shell.Data, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.pool
	if p.private == nil {
		return shell.Data{}, refuseConnect(fmt.Errorf("it is %v", p.state))
	}
	lo, hi := s.runspaces.limits()
	if err := r.Check(p.id, lo, hi); err != nil {
		return shell.Data{}, refuseConnect(err)
	}
	p.input.reset()
	p.responses.reset()
	s.keys.newClient()
	p.version = r.ProtocolVersion
	answer := psrp.AppendFragments(nil, s.object.Add(1), psrp.SessionCapability(r.RunspacePoolID, r.ProtocolVersion), wholeMessage)
	answer = psrp.AppendFragments(answer, s.object.Add(1), psrp.RunspacePoolInitData(r.RunspacePoolID, lo, hi), wholeMessage)
	greeting := []shell.Piece{
		s.whole(p.private, shell.ClassSession),
		s.whole(psrp.RunspacePoolStateMessage(r.RunspacePoolID, psrp.RunspacePoolOpened, ""), shell.ClassSession),
	}
	p.out.PutFirst(append(greeting, p.calls.again(p.out)...)...)
	return shell.BytesData(answer), nil
}

// wholeMessage is larger than any message that the session makes itself.
const wholeMessage = 1 << 20

// endInputs ends the input of every pipeline whose client has gone: nobody can
// finish it any more (3.2.5.4.1).
func (s *session) endInputs() {
	s.mu.Lock()
	var all []*pipeline
	for _, p := range s.pipelines {
		all = append(all, p)
	}
	s.mu.Unlock()
	for _, p := range all {
		p.input.reset()
		p.clientLeft()
	}
}

// ConnectCommand implements shell.Connector: the host calls that nobody has
// answered are asked again.
func (s *session) ConnectCommand(_ context.Context, cmd *shell.Command) error {
	if p := s.pipelineOf(cmd); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.out.PutFirst(p.calls.again(p.out)...)
	}
	return nil
}
