//go:build linux

package fault

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between clients and a server and cuts connections, each at a
// random byte of one of its directions.
type proxy struct {
	listener net.Listener
	server   string
	tasks    sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	left   int // how many are still to be cut
	open   map[net.Conn]struct{}
	done   chan struct{} // closed when left is 0
}

// newProxy makes a proxy that cuts so many connections, and then no more.
func newProxy(t *testing.T, server string, random *rand.Rand, cuts int) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{
		listener: l, server: server, random: random, left: cuts, open: map[net.Conn]struct{}{}, done: make(chan struct{}),
	}
	p.tasks.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	for c := range p.open {
		c.Close()
	}
	p.mu.Unlock()
	p.tasks.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			client.Close()
			continue
		}
		p.join(client, server)
	}
}

// join passes on what comes from either side, until one of them closes or the
// time has come to cut.
func (p *proxy) join(client, server net.Conn) {
	up, down, reset := p.choose()
	p.mu.Lock()
	p.open[client], p.open[server] = struct{}{}, struct{}{}
	p.mu.Unlock()
	end := sync.OnceFunc(func() {
		for _, c := range []net.Conn{client, server} {
			if tcp, ok := c.(*net.TCPConn); ok && reset {
				_ = tcp.SetLinger(0) // the other end gets a reset, and what was on its way is lost
			}
			c.Close()
			p.mu.Lock()
			delete(p.open, c)
			p.mu.Unlock()
		}
	})
	pump := func(to, from net.Conn, limit int64) {
		defer end()
		if limit < 0 {
			_, _ = io.Copy(to, from)
			return
		}
		if _, err := io.CopyN(to, from, limit); !errors.Is(err, io.EOF) {
			p.cut(err)
		}
	}
	p.tasks.Go(func() { pump(server, client, up) })
	p.tasks.Go(func() { pump(client, server, down) })
}

// choose says after how many bytes from the client and from the server a
// connection is cut; -1 is never.
func (p *proxy) choose() (up, down int64, reset bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		return -1, -1, false
	}
	// Some within the first request or its answer, most a few later.
	ranges := []int64{1000, 4000, 20000, 200000}
	n := p.random.Int64N(ranges[p.random.IntN(len(ranges))])
	reset = p.random.IntN(2) == 0
	if p.random.IntN(2) == 0 {
		return n, -1, reset
	}
	return -1, n, reset
}

// cut counts a connection that was cut, unless it ended before.
func (p *proxy) cut(err error) {
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left > 0 {
		if p.left--; p.left == 0 {
			close(p.done)
		}
	}
}
