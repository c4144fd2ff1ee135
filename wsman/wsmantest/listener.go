package wsmantest

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// network is what the server's network is like.
type network int

const (
	up network = iota
	down
	silent
)

// listener takes connections, real ones or pipes, and can do them harm.
type listener struct {
	inMemory bool
	real     net.Listener
	pipes    chan net.Conn
	closed   chan struct{}
	once     sync.Once

	mu      sync.Mutex
	state   network
	changed chan struct{} // closed and made anew at each change of state
	open    map[*conn]struct{}
	made    int
}

func newListener() *listener {
	return &listener{
		pipes: make(chan net.Conn), closed: make(chan struct{}),
		changed: make(chan struct{}), open: map[*conn]struct{}{},
	}
}

// listen begins, and says the host and port.
func (l *listener) listen() (string, error) {
	if l.inMemory {
		return "localhost:5985", nil
	}
	real, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	l.real = real
	return real.Addr().String(), nil
}

// conn is a connection that the listener knows of.
type conn struct {
	net.Conn
	listener *listener
	number   int
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.next()
		if err != nil {
			return nil, err
		}
		if c := l.take(raw); c != nil {
			return c, nil
		}
		raw.Close()
	}
}

func (l *listener) next() (net.Conn, error) {
	if l.real != nil {
		return l.real.Accept()
	}
	select {
	case c := <-l.pipes:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// take counts a connection in; nil if the network is down.
func (l *listener) take(raw net.Conn) *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == down {
		return nil
	}
	l.made++
	c := &conn{Conn: raw, listener: l, number: l.made}
	l.open[c] = struct{}{}
	return c
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	if l.real != nil {
		return l.real.Close()
	}
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr {
	if l.real != nil {
		return l.real.Addr()
	}
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5985}
}

// dial makes a connection.
func (l *listener) dial(ctx context.Context) (net.Conn, error) {
	if l.real != nil {
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.real.Addr().String())
	}
	l.mu.Lock()
	refused := l.state == down
	l.mu.Unlock()
	if refused {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case l.pipes <- far:
		return near, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// number is a connection's, from 1 on.
func (l *listener) number(c net.Conn) int {
	if known := knownConn(c); known != nil {
		return known.number
	}
	return 0
}

// knownConn is the listener's connection under one of TLS, or this one itself.
func knownConn(c net.Conn) *conn {
	if w, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = w.NetConn()
	}
	known, _ := c.(*conn)
	return known
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}

func (l *listener) countOpen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// set changes the state, and tells who waits for that.
func (l *listener) set(state network) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	close(l.changed)
	l.changed = make(chan struct{})
}

// down refuses connections and closes those that there are.
func (l *listener) down() {
	l.set(down)
	l.cut()
}

// silence waits while the network is silent, and reports whether it was.
func (l *listener) silence(ended <-chan struct{}) bool {
	was := false
	for {
		l.mu.Lock()
		state, changed := l.state, l.changed
		l.mu.Unlock()
		if state != silent {
			return was
		}
		was = true
		select {
		case <-changed:
		case <-ended:
			return true
		}
	}
}

// cut closes all connections.
func (l *listener) cut() {
	l.mu.Lock()
	open := l.open
	l.open = map[*conn]struct{}{}
	l.mu.Unlock()
	for c := range open {
		c.Conn.Close()
	}
}
