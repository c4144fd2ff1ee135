package loss

import (
	"context"
	"errors"
	"net"
	"sync"
)

// errBlown is what the reader of a connection gets whose fuse has blown.
var errBlown = errors.New("the connection was cut")

// fuse cuts a connection after a number of bytes that were read, whichever
// connection of its client reads them.
type fuse struct {
	mu    sync.Mutex
	armed bool
	cut   bool
	left  int
}

// arm lets the fuse blow when n more bytes were read.
func (f *fuse) arm(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.cut, f.left = true, false, n
}

// disarm takes the fuse out.
func (f *fuse) disarm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.cut = false, false
}

// blown reports whether the fuse has blown since it was armed.
func (f *fuse) blown() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cut
}

// dial makes connections with this fuse.
func (f *fuse) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &fusedConn{Conn: c, fuse: f}, nil
}

// pass takes n bytes that came and returns how many may go on.
func (f *fuse) pass(n int) (passed int, blown bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed || n < f.left {
		f.left -= n
		return n, false
	}
	f.armed, f.cut = false, true
	return f.left, true
}

type fusedConn struct {
	net.Conn
	fuse *fuse
}

// Read implements net.Conn.
func (c *fusedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	passed, blown := c.fuse.pass(n)
	if blown {
		c.Conn.Close()
		return passed, errBlown
	}
	return passed, err
}
