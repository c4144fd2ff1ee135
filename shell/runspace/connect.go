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
	b, err := in.Bytes()
	if err != nil {
		return nil, refuseConnect(err)
	}
	r := &connectRequest{}
	types := []psrp.MessageType{psrp.MessageSessionCapability, psrp.MessageConnectRunspacePool}
	n := 0
	for f, err := range psrp.Fragments(b) {
		if err == nil && n == len(types) {
			err = fmt.Errorf("there are more fragments than %d", len(types))
		}
		if err != nil {
			return nil, refuseConnect(err)
		}
		var d psrp.Defragmenter
		m, complete, err := d.Add(f.Header, f.Blob)
		if err == nil && (!complete || m.Type != types[n]) {
			err = fmt.Errorf("object %d must be a %v in one fragment", n+1, types[n])
		}
		if err == nil {
			err = r.read(m)
		}
		if err != nil {
			return nil, refuseConnect(err)
		}
		n++
	}
	if n < len(types) {
		return nil, refuseConnect(fmt.Errorf("there is no %v", types[n]))
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

// accept checks the request against the pool and makes both the answer and the
// greeting.
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
	lo, hi := s.runspaces.limits()
	if r.limited && (r.min != lo || r.max != hi) {
		return shell.Data{}, refuseConnect(fmt.Errorf("it has %d to %d runspaces, not %d to %d", lo, hi, r.min, r.max))
	}
	p.input.reset()
	p.responses.reset()
	s.keys.newClient()
	p.version = r.version
	answer := psrp.AppendFragments(nil, s.object.Add(1), psrp.SessionCapability(r.pool, r.version), wholeMessage)
	answer = psrp.AppendFragments(answer, s.object.Add(1), psrp.RunspacePoolInitData(r.pool, lo, hi), wholeMessage)
	greeting := []shell.Piece{
		s.whole(p.private, shell.ClassSession),
		s.whole(psrp.RunspacePoolStateMessage(r.pool, psrp.RunspacePoolOpened, ""), shell.ClassSession),
	}
	p.out.PutFirst(append(greeting, p.calls.again(p.out)...)...)
	return shell.BytesData(answer), nil
}

// wholeMessage is larger than any message that the session makes itself.
const wholeMessage = 1 << 20

// swapped is an identifier in the other of the two byte orders that clients
// write it in.
func swapped(g psrp.GUID) psrp.GUID {
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return g
}

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
