package runspacepool

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// calls are requests of the pool that wait for RUNSPACE_AVAILABILITY, under the
// pool's lock.
type calls struct {
	last    int64
	waiting map[int64]*psrp.Availability // nil until the answer is there
}

// answer takes RUNSPACE_AVAILABILITY (2.2.2.8).
func (c *calls) answer(p *RunspacePool, m psrp.Message) error {
	a, err := psrp.ParseAvailability(m.Data)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := c.waiting[a.CallID]; ok { // who asked may wait no more
		c.waiting[a.CallID] = &a
		p.touchLocked()
	}
	return nil
}

// ask sends a request with a call id, and waits for its answer.
func (p *RunspacePool) ask(ctx context.Context, operation string, kind psrp.MessageType, content ...clixml.Property) (psrp.Availability, error) {
	if err := p.opened(operation); err != nil {
		return psrp.Availability{}, err
	}
	p.mu.Lock()
	p.calls.last++
	id := p.calls.last
	if p.calls.waiting == nil {
		p.calls.waiting = map[int64]*psrp.Availability{}
	}
	p.calls.waiting[id] = nil
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.calls.waiting, id)
	}()
	if err := p.tell(ctx, kind, bag(append(content, property("ci", clixml.Int64(id)))...)); err != nil {
		return psrp.Availability{}, err
	}
	var answer psrp.Availability
	err := p.await(ctx, func() (bool, error) {
		if a := p.calls.waiting[id]; a != nil {
			answer = *a
			return true, nil
		}
		if p.state != Opened {
			return true, p.unableLocked(operation)
		}
		return false, nil
	})
	return answer, err
}

// SetMaxRunspaces sets how many runspaces the pool has at most (2.2.2.6), and
// reports whether the server has done so: n has to be at least the minimum.
func (p *RunspacePool) SetMaxRunspaces(ctx context.Context, n int) (bool, error) {
	return p.setLimit(ctx, "SetMaxRunspaces", psrp.MessageSetMaxRunspaces, "MaxRunspaces", n, &p.max)
}

// SetMinRunspaces sets how many runspaces are kept (2.2.2.7), and reports whether
// the server has done so: n has to be 1 to the maximum.
func (p *RunspacePool) SetMinRunspaces(ctx context.Context, n int) (bool, error) {
	return p.setLimit(ctx, "SetMinRunspaces", psrp.MessageSetMinRunspaces, "MinRunspaces", n, &p.min)
}

func (p *RunspacePool) setLimit(ctx context.Context, operation string, kind psrp.MessageType, name string, n int, limit *int) (bool, error) {
	if int(int32(n)) != n {
		return false, fmt.Errorf("%s: %d is out of range", operation, n)
	}
	a, err := p.ask(ctx, operation, kind, property(name, clixml.Int32(n)))
	if err != nil || !a.Done {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	*limit = n
	return true, nil
}

// AvailableRunspaces asks how many more pipelines could run now
// (GET_AVAILABLE_RUNSPACES, 2.2.2.11).
func (p *RunspacePool) AvailableRunspaces(ctx context.Context) (int, error) {
	a, err := p.ask(ctx, "AvailableRunspaces", psrp.MessageGetAvailableRunspaces)
	return int(a.Count), err
}

// ResetRunspaceState makes the pool's runspace as it was when it was opened
// (2.2.2.31), and reports whether the server has done so. It needs version 2.3 of
// the protocol.
func (p *RunspacePool) ResetRunspaceState(ctx context.Context) (bool, error) {
	if err := p.opened("ResetRunspaceState"); err != nil {
		return false, err
	}
	if v := p.ProtocolVersion(); version(v).Compare(version("2.3")) < 0 {
		return false, fmt.Errorf("ResetRunspaceState needs version 2.3 of the protocol, and the server speaks %s", v)
	}
	a, err := p.ask(ctx, "ResetRunspaceState", psrp.MessageResetRunspaceState)
	return a.Done, err
}
