package winrs

import (
	"time"

	"github.com/winrmd/winrmd/shell/process"
)

const (
	// grace is how long what is left of a group may go on after its first
	// process has ended, for the output that it still has.
	grace = 500 * time.Millisecond
	// graceTerminate and graceInterrupt are how long a group may take to end
	// by itself after terminate and after ctrl_c.
	graceTerminate = time.Second
	graceInterrupt = 2 * time.Second
	// lookInterval is how often a group is looked at that is to end. It is
	// short so that no other group can have got its number in between.
	lookInterval = 10 * time.Millisecond
)

// signal acts on the group, unless it is gone. What is left of it is killed
// after limit, if that is not 0; a second signal never puts that off.
func (p *execution) signal(act func(*process.Group) error, limit time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	if err := act(p.group); err != nil && limit > 0 {
		limit = time.Nanosecond // it was not heard
	}
	at := time.Now().Add(limit)
	if limit == 0 || !p.killAt.IsZero() && p.killAt.Before(at) {
		return
	}
	p.killAt = at
	if p.killer != nil {
		p.killer.Stop()
	}
	p.killer = time.AfterFunc(limit, p.kill)
}

// terminate ends a command that its client has let go of.
func (p *execution) terminate() {
	for _, o := range p.outputs {
		o.abandon()
	}
	p.signal((*process.Group).Terminate, graceTerminate)
}

// kill ends the group at once.
func (p *execution) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gone {
		p.killed = true
		_ = p.group.Kill() // an error says that there is nobody
	}
}

func (p *execution) isGone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

// endGroup ends what is left of the group after its first process. From here
// on nothing is sent to its number.
func (p *execution) endGroup() {
	p.linger(time.Now().Add(grace))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killer != nil {
		p.killer.Stop()
	}
	if p.group.Alive() {
		_ = p.group.Kill()
	}
	p.gone = true
	p.group.Release()
}

// linger waits until the group is empty, at most until limit, or until a
// signal that was sent has had its time.
func (p *execution) linger(limit time.Time) {
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for p.mayGoOn(limit) {
		<-tick.C
	}
}

// mayGoOn reports whether there is anything to wait for.
func (p *execution) mayGoOn(limit time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.killed || !p.group.Alive():
		return false
	case !p.killAt.IsZero():
		return time.Now().Before(p.killAt)
	default:
		return time.Now().Before(limit) && !p.silent()
	}
}

// silent reports whether nothing more is written by the command.
func (p *execution) silent() bool {
	for _, o := range p.outputs {
		select {
		case <-o.done:
		default:
			return false
		}
	}
	return true
}
