package psrpclient

import (
	"context"
	"errors"
	"net"
	"sync"
)

// errAbandoned is what a client gets that has given up.
var errAbandoned = errors.New("the client has abandoned its connections")

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// connections are a client's open connections.
type connections struct {
	make dialer

	mu        sync.Mutex
	open      map[*connection]struct{}
	abandoned bool
}

func newConnections(make dialer) *connections {
	return &connections{make: make, open: map[*connection]struct{}{}}
}

// dial makes a connection and remembers it.
func (cs *connections) dial(ctx context.Context, network, address string) (net.Conn, error) {
	cs.mu.Lock()
	abandoned := cs.abandoned
	cs.mu.Unlock()
	if abandoned {
		return nil, errAbandoned
	}
	made, err := cs.make(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: made, all: cs}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.abandoned {
		made.Close()
		return nil, errAbandoned
	}
	cs.open[c] = struct{}{}
	return c, nil
}

// abandon closes all connections and lets no more be made.
func (cs *connections) abandon() {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.abandoned = true
	for c := range cs.open {
		c.Conn.Close()
	}
	clear(cs.open)
}

// connection is a connection that its client knows of.
type connection struct {
	net.Conn
	all *connections
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.all.mu.Lock()
	delete(c.all.open, c)
	c.all.mu.Unlock()
	return c.Conn.Close()
}
