package runspace

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// pool is the state of a runspace pool. It is guarded by the session's lock but
// for the inbound streams, and for id, which does not change once the pool has
// opened.
type pool struct {
	out       *shell.Stream
	input     inbound // the shell's stdin
	responses inbound // the stream pr, whoever it is for
	calls     calls   // of the pool's own host

	id        psrp.GUID // in the bytes of the client that opened it
	version   string    // of the protocol
	state     psrp.RunspacePoolState
	arguments clixml.Value // ApplicationArguments
	host      hostInfo
	private   []byte // APPLICATION_PRIVATE_DATA, the whole message
}

func (p *pool) init(out *shell.Stream, maxObject int) {
	p.out = out
	// A pool lives long: what it is sent is limited by object only.
	p.input.init(maxObject, 0)
	p.responses.init(maxObject, 0)
}

// poolMessage takes a message for the pool (3.2.5.4).
func (s *session) poolMessage(m psrp.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.pool.expects(m.Type); err != nil {
		return err
	}
	switch m.Type {
	case psrp.MessageSessionCapability:
		return s.capability(m)
	case psrp.MessageInitRunspacePool:
		return s.open(m)
	case psrp.MessageSetMaxRunspaces, psrp.MessageSetMinRunspaces:
		return s.setRunspaces(m)
	case psrp.MessageGetAvailableRunspaces:
		return s.available(m, func() clixml.Value { return clixml.Int32(s.runspaces.available()) })
	case psrp.MessageResetRunspaceState:
		return s.available(m, func() clixml.Value { return clixml.Bool(s.runspaces.reset()) })
	case psrp.MessagePublicKey:
		return s.takePublicKey(m)
	}
	return nil // events, which nobody here listens to
}

// expects refuses a message that must not come now.
func (p *pool) expects(t psrp.MessageType) error {
	want := psrp.RunspacePoolOpened
	switch t {
	case psrp.MessageSessionCapability:
		want = psrp.RunspacePoolBeforeOpen
	case psrp.MessageInitRunspacePool:
		want = psrp.RunspacePoolOpening
	case psrp.MessageSetMaxRunspaces, psrp.MessageSetMinRunspaces, psrp.MessageGetAvailableRunspaces,
		psrp.MessageResetRunspaceState, psrp.MessagePublicKey, psrp.MessageUserEvent:
	default:
		return refuse(codeNullInput, fmt.Sprintf("The message %v is not for a runspace pool.", t), nil)
	}
	if p.state != want {
		return refuse(codeNullInput, fmt.Sprintf("The message %v comes when the runspace pool is %v.", t, p.state), nil)
	}
	return nil
}

// capability takes SESSION_CAPABILITY (2.2.2.1) and answers it.
func (s *session) capability(m psrp.Message) error {
	c, err := psrp.ParseCapability(m.Data)
	if err == nil {
		s.pool.version, err = psrp.NegotiateVersion(c.ProtocolVersion)
	}
	if err != nil {
		return refuse(codeVersionMismatch, versionMismatch, err)
	}
	s.pool.id, s.pool.state = m.RunspacePoolID, psrp.RunspacePoolOpening
	s.put(s.pool.out, psrp.SessionCapability(psrp.GUID{}, s.pool.version), shell.ClassSession)
	return nil
}

// open takes INIT_RUNSPACEPOOL (2.2.2.2) and says all that opens a pool at its
// client.
func (s *session) open(m psrp.Message) error {
	o, err := parseObject(m)
	if err != nil {
		return err
	}
	lo, err1 := clixml.Get[clixml.Int32](o, "MinRunspaces")
	hi, err2 := clixml.Get[clixml.Int32](o, "MaxRunspaces")
	if err1 != nil || err2 != nil || lo < 1 || hi < lo {
		return refuse(codeNullInput, "The runspace pool must have a minimum of at least one runspace and a maximum that is not below it.", nil)
	}
	s.runspaces.min, s.runspaces.max = int(lo), int(hi)
	s.pool.arguments, _ = o.Property("ApplicationArguments")
	s.pool.host = readHostInfo(o)
	if s.pool.private, err = s.message(psrp.MessageApplicationPrivateData, psrp.GUID{}, s.plugin.privateData()); err != nil {
		return err
	}
	s.pool.state = psrp.RunspacePoolOpened
	s.put(s.pool.out, s.pool.private, shell.ClassSession)
	s.put(s.pool.out, psrp.RunspacePoolStateMessage(s.pool.id, psrp.RunspacePoolOpened, ""), shell.ClassSession)
	return nil
}

// setRunspaces takes SET_MAX_RUNSPACES and SET_MIN_RUNSPACES (2.2.2.6, 2.2.2.7).
func (s *session) setRunspaces(m psrp.Message) error {
	r, err := psrp.ParseMinMaxRequest(m.Data)
	if err != nil {
		return refuse(codeNullInput, fmt.Sprintf("The message %v cannot be read.", m.Type), err)
	}
	return s.available(m, func() clixml.Value { return clixml.Bool(s.runspaces.resize(r.Max, r.Value)) })
}

// available answers a request to the pool with RUNSPACE_AVAILABILITY (2.2.2.8).
func (s *session) available(m psrp.Message, answer func() clixml.Value) error {
	id, ok := psrp.CallID(m.Data)
	if !ok {
		return refuse(codeNullInput, fmt.Sprintf("The message %v has no ci.", m.Type), nil)
	}
	b, err := s.message(psrp.MessageRunspaceAvailability, psrp.GUID{}, bag(
		property("SetMinMaxRunspacesResponse", answer()), property("ci", clixml.Int64(id)),
	))
	if err != nil {
		return err
	}
	s.put(s.pool.out, b, shell.ClassSession)
	return nil
}

// parseObject reads a message that must be an object.
func parseObject(m psrp.Message) (*clixml.Object, error) {
	v, err := clixml.Parse(m.Data)
	if err != nil {
		return nil, refuse(codeNullInput, fmt.Sprintf("The message %v is not CLIXML.", m.Type), err)
	}
	o, ok := v.(*clixml.Object)
	if !ok {
		return nil, refuse(codeNullInput, fmt.Sprintf("The message %v holds no object.", m.Type), nil)
	}
	return o, nil
}
