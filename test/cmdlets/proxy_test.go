//go:build linux

package cmdlets

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between clients and a server, and can be a network that is down:
// nothing passes, and nobody is told so.
type proxy struct {
	listener net.Listener
	server   string
	tasks    sync.WaitGroup

	mu   sync.Mutex
	open map[net.Conn]struct{}
	up   chan struct{} // closed while the network is up
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return proxyAt(t, l, server)
}

// proxyAt is newProxy with a listener that is there already.
func proxyAt(t *testing.T, l net.Listener, server string) *proxy {
	t.Helper()
	p := &proxy{listener: l, server: server, open: map[net.Conn]struct{}{}, up: make(chan struct{})}
	close(p.up)
	p.tasks.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.restore()
		p.cut()
		p.tasks.Wait()
	})
	return p
}

// url is what clients are told.
func (p *proxy) url() string { return "http://" + p.listener.Addr().String() + "/wsman" }

// down holds back everything that has not passed.
func (p *proxy) down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up = make(chan struct{})
}

// restore lets everything pass again.
func (p *proxy) restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.up:
	default:
		close(p.up)
	}
}

// cut closes all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close()
	}
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
		p.mu.Lock()
		p.open[client], p.open[server] = struct{}{}, struct{}{}
		p.mu.Unlock()
		p.tasks.Go(func() { p.pump(server, client) })
		p.tasks.Go(func() { p.pump(client, server) })
	}
}

// pump passes on what comes while the network is up.
func (p *proxy) pump(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		up := p.up
		p.mu.Unlock()
		<-up
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
