package runspace

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// hostMethod is a method of a client's host (2.2.3.17).
type hostMethod int32

// The methods that are called here.
const (
	methodReadLine               hostMethod = 11
	methodReadLineAsSecureString hostMethod = 12
	methodWrite1                 hostMethod = 13
	methodWriteLine2             hostMethod = 16
	methodPrompt                 hostMethod = 23
	methodPromptForCredential2   hostMethod = 25
	methodPromptForChoice        hostMethod = 26
	methodSetShouldExit          hostMethod = 6
	methodPopRunspace            hostMethod = 53
)

var hostMethodNames = map[hostMethod]string{
	methodReadLine: "ReadLine", methodReadLineAsSecureString: "ReadLineAsSecureString", methodWrite1: "Write1",
	methodWriteLine2: "WriteLine2", methodPrompt: "Prompt", methodPromptForCredential2: "PromptForCredential2",
	methodPromptForChoice: "PromptForChoice", methodSetShouldExit: "SetShouldExit", methodPopRunspace: "PopRunspace",
}

// returns reports whether a method has an answer.
func (m hostMethod) returns() bool {
	switch m {
	case methodWrite1, methodWriteLine2, methodSetShouldExit, methodPopRunspace:
		return false
	}
	return true
}

// call is a host call that waits for an answer (2.2.2.27, 2.2.2.29).
type call struct {
	id     int64
	object uint64
	piece  []byte // as one fragment
	answer chan answer
}

type answer struct {
	value clixml.Value
	err   error
}

// calls are the host calls that nobody has answered. A client that connects
// later gets them again.
type calls struct {
	last int64
	all  []*call
}

// again are the calls that are not on their way to the client anyway.
func (c *calls) again(out *shell.Stream) []shell.Piece {
	var pieces []shell.Piece
	for _, one := range c.all {
		if !out.Holds(one.object) {
			pieces = append(pieces, shell.Piece{Data: shell.BytesData(one.piece), Object: one.object, End: true})
		}
	}
	return pieces
}

// take removes the call that an answer is for; nil if there is none.
func (c *calls) take(id int64) *call {
	i := slices.IndexFunc(c.all, func(one *call) bool { return one.id == id })
	if i < 0 {
		return nil
	}
	one := c.all[i]
	c.all = slices.Delete(c.all, i, i+1)
	return one
}

// ErrNoHost says that the client has nobody who could be asked.
var ErrNoHost = errors.New("the client has no host that could be asked or written to")

// call implements client.
func (p *pipeline) call(ctx context.Context, method hostMethod, parameters []clixml.Value) (clixml.Value, error) {
	if ctx.Err() != nil {
		return nil, stopped(ctx)
	}
	if h := p.host(); !h.present || !h.ui && method != methodSetShouldExit && method != methodPopRunspace {
		return nil, ErrNoHost
	}
	if !method.returns() {
		if err := p.waitRoom(ctx); err != nil {
			return nil, err
		}
	}
	one, err := p.ask(method, parameters)
	if err != nil || one == nil {
		return nil, err
	}
	got := make(chan struct{})
	var a answer
	go func() {
		defer close(got)
		select {
		case a = <-one.answer:
		case <-p.ctx.Done():
		}
	}()
	if err := p.runspace.wait(ctx, got); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, stopped(ctx)
	}
	return a.value, a.err
}

// ask sends a call, and remembers it if it has an answer.
func (p *pipeline) ask(method hostMethod, parameters []clixml.Value) (*call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := int64(psrp.NoAnswer)
	if method.returns() {
		p.calls.last++
		id = p.calls.last
	}
	if parameters == nil {
		parameters = []clixml.Value{}
	}
	b, err := p.s.message(psrp.MessagePipelineHostCall, p.id, bag(
		property("ci", clixml.Int64(id)),
		property("mi", clixml.NewEnum("System.Management.Automation.Remoting.RemoteHostMethodId", hostMethodNames[method], clixml.Int32(method))),
		property("mp", clixml.List(parameters)),
	))
	if err != nil || p.discarded {
		return nil, err
	}
	if !method.returns() {
		p.s.put(p.out, b, shell.ClassDrop)
		return nil, nil
	}
	piece := p.s.whole(b, shell.ClassKeep)
	one := &call{id: id, object: piece.Object, piece: piece.Data.Raw(), answer: make(chan answer, 1)}
	p.calls.all = append(p.calls.all, one)
	p.active = p.s.moment.Add(1)
	p.cmd.SetPending(true)
	p.out.Put(piece)
	return one, nil
}

// response takes PIPELINE_HOST_RESPONSE (2.2.2.30) and its like for the pool.
func (s *session) response(m psrp.Message) error {
	if m.Type != psrp.MessagePipelineHostResponse && m.Type != psrp.MessageRunspacePoolHostResponse {
		return refuse(codeNullInput, fmt.Sprintf("The message %v is no answer of a host.", m.Type), nil)
	}
	o, err := parseObject(m)
	if err != nil {
		return err
	}
	id, err := clixml.Get[clixml.Int64](o, "ci")
	if err != nil {
		return refuse(codeNullInput, "The answer of the host has no ci.", err)
	}
	s.mu.Lock()
	p := s.pipelines[m.PipelineID]
	s.mu.Unlock()
	if p == nil {
		return nil // it has ended
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.calls.take(int64(id)); one != nil {
		one.answer <- answerOf(o)
		if len(p.calls.all) == 0 {
			p.cmd.SetPending(false)
		}
	}
	return nil
}

func answerOf(o *clixml.Object) answer {
	if e := member(o, "me"); e != nil {
		r, err := clixml.ReadErrorRecord(e)
		if err != nil {
			return answer{err: errors.New("the client's host has failed")}
		}
		return answer{err: r}
	}
	return answer{value: member(o, "mr")}
}
