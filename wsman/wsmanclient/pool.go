package wsmanclient

import (
	"context"
	"sync"
)

// pool has the connections that nobody uses, for each address those that are
// logged on and those that are not: a connection serves one request at a time,
// and who needs one and finds none makes one.
type pool struct {
	config *Config
	ended  context.Context // its cause is ErrClosed
	end    context.CancelCauseFunc

	mu   sync.Mutex
	idle []*connection // the last one used last
}

func newPool(c *Config) *pool {
	p := &pool{config: c}
	p.ended, p.end = context.WithCancelCause(context.Background())
	return p
}

// purpose says which connections are alike.
type purpose struct {
	to        string // scheme and address
	anonymous bool
}

// take returns an idle connection for a purpose; nil if there is none.
func (p *pool) take(want purpose) *connection {
	for {
		c := p.remove(func(c *connection) bool { return c.purpose == want })
		if c == nil || c.wake() {
			return c
		}
		c.Close()
	}
}

// remove takes the newest connection that fits out of the pool.
func (p *pool) remove(fits func(*connection) bool) *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		if c := p.idle[i]; fits(c) {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return c
		}
	}
	return nil
}

// put keeps a connection for later use.
func (p *pool) put(c *connection) {
	p.mu.Lock()
	if p.ended.Err() != nil || p.config.MaxIdleConnections < 0 {
		p.mu.Unlock()
		c.Close()
		return
	}
	p.idle = append(p.idle, c)
	var oldest *connection
	if len(p.idle) > p.config.MaxIdleConnections {
		oldest, p.idle = p.idle[0], p.idle[1:]
	}
	c.sleep(p.config.IdleConnectionTime, func() { p.forget(c) })
	p.mu.Unlock()
	if oldest != nil {
		oldest.Close()
	}
}

// forget closes a connection that ended while it was idle. One that was taken
// meanwhile is its user's.
func (p *pool) forget(c *connection) {
	if p.remove(func(other *connection) bool { return other == c }) != nil {
		c.Close()
	}
}

// close ends the pool.
func (p *pool) close() {
	p.end(ErrClosed)
	for {
		c := p.remove(func(*connection) bool { return true })
		if c == nil {
			return
		}
		c.Close()
	}
}
