package powershell

import (
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// ownObjects is where the numbers of the objects begin that the session makes
// itself. An engine counts its own from 1 and never comes so far.
const ownObjects = 1 << 40

// pool is what is known of the runspace pool. Its fields are guarded by the
// session's lock.
type pool struct {
	out       *shell.Stream
	input     inbound // the shell's stdin
	responses inbound // the stream pr, whoever it is for
	control   control // what the engine says of the pool

	id            psrp.GUID        // in the bytes of the client that opened it
	clientMessage psrp.MessageType // that the client is sending
	requests      psrp.Defragmenter
	answers       psrp.Defragmenter
	calls         calls

	min, max int
	asking   map[int64]psrp.MinMaxRequest // by call id

	private []byte // APPLICATION_PRIVATE_DATA, the whole message
	state   psrp.RunspacePoolState
	opened  chan struct{} // closed when the engine has said all that opens a pool, or that it cannot
	object  uint64        // the last number used of our own
}

func (p *pool) init(out *shell.Stream, limits limits) {
	p.out = out
	// A pool lives long: what it is sent is limited by object only.
	limits.data = 0
	p.input.init(limits)
	p.responses.init(limits)
	p.answers.MaxObjectSize = int64(limits.object)
	p.min, p.max = 1, 1
	p.asking = make(map[int64]psrp.MinMaxRequest)
	p.opened = make(chan struct{})
	p.object = ownObjects
}

// maxAsking is how many requests of a client to change the pool are
// remembered until the engine answers.
const maxAsking = 256

// asked notes a request of the client. An engine that cannot open a pool as it
// is asked to says nothing at all, so that is refused here.
func (p *pool) asked(m psrp.Message) error {
	switch m.Type {
	case psrp.MessageSessionCapability:
		c, err := psrp.ParseCapability(m.Data)
		if err == nil {
			_, err = psrp.NegotiateVersion(c.ProtocolVersion)
		}
		if err != nil {
			return refuse(codeVersionMismatch, versionMismatch, err)
		}
	case psrp.MessageInitRunspacePool:
		lo, hi, ok, err := psrp.RunspacePoolLimits(m.Data)
		if err != nil || !ok || lo < 1 || hi < lo {
			return refuse(codeNullInput, "The runspace pool must have a minimum of at least one runspace and a maximum that is not below it.", err)
		}
		p.min, p.max = lo, hi
	default:
		if r, err := psrp.ParseMinMaxRequest(m.Data); err == nil && len(p.asking) < maxAsking {
			p.asking[r.CallID] = r
		}
	}
	return nil
}

// told notes what the engine says of the pool.
func (p *pool) told(m psrp.Message, object uint64) {
	switch m.Type {
	case psrp.MessageApplicationPrivateData:
		if p.private == nil {
			p.private = m.Append(nil)
		}
	case psrp.MessageRunspacePoolState:
		if n, err := psrp.ParseState(m.Data); err == nil {
			p.state = psrp.RunspacePoolState(n)
		}
	case psrp.MessageRunspaceAvailability:
		p.changed(m)
	case psrp.MessageRunspacePoolHostCall:
		if !p.control.cut {
			p.calls.add(m, object)
		}
	}
	opened := p.private != nil && p.state == psrp.RunspacePoolOpened
	if (opened || p.state.Final()) && !isClosed(p.opened) {
		close(p.opened)
	}
}

// changed notes that the engine did what a client had asked for.
func (p *pool) changed(m psrp.Message) {
	a, err := psrp.ParseAvailability(m.Data)
	if err != nil {
		return
	}
	r, ok := p.asking[a.CallID]
	delete(p.asking, a.CallID)
	switch {
	case !ok || !a.Done:
	case r.Max:
		p.max = r.Value
	default:
		p.min = r.Value
	}
}

// next is the number of a new object of our own.
func (p *pool) next() uint64 {
	p.object++
	return p.object
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
