package audit

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Auditor makes records of what happens on the connections of one or more
// servers.
type Auditor struct {
	recorder Recorder
	last     atomic.Uint64 // number given to a connection

	mu   sync.Mutex
	open map[net.Conn]*connection
}

// New makes an Auditor.
func New(recorder Recorder) *Auditor {
	return &Auditor{recorder: recorder, open: map[net.Conn]*connection{}}
}

// connection is who was logged in on one last.
type connection struct {
	auditor *Auditor
	number  uint64
	remote  netip.AddrPort

	mu           sync.Mutex
	scheme, user string
	in           bool // somebody is logged in
	handshake    bool // somebody has begun to
}

type connectionKey struct{}

// Attach lets the Auditor know of server's connections, each with a number of
// its own, and of their end. What server has for ConnContext and ConnState goes
// on being called. It is called before the server serves.
func (a *Auditor) Attach(server *http.Server) {
	before, state := server.ConnContext, server.ConnState
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if before != nil {
			ctx = before(ctx, c)
		}
		return context.WithValue(ctx, connectionKey{}, a.begin(c))
	}
	server.ConnState = func(c net.Conn, s http.ConnState) {
		if state != nil {
			state(c, s)
		}
		if s == http.StateClosed || s == http.StateHijacked {
			a.end(c)
		}
	}
}

func (a *Auditor) begin(c net.Conn) *connection {
	one := &connection{auditor: a, number: a.last.Add(1), remote: addrPort(c.RemoteAddr().String())}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open[c] = one
	return one
}

func (a *Auditor) end(c net.Conn) {
	a.mu.Lock()
	one := a.open[c]
	delete(a.open, c)
	a.mu.Unlock()
	if one != nil {
		one.mu.Lock()
		defer one.mu.Unlock()
		one.logout(ReasonClosed)
	}
}

// connectionOf is the connection that r came over; one without a number where
// the server is not attached.
func (a *Auditor) connectionOf(r *http.Request) *connection {
	if one, ok := r.Context().Value(connectionKey{}).(*connection); ok && one.auditor == a {
		return one
	}
	return &connection{auditor: a, remote: addrPort(r.RemoteAddr)}
}

func addrPort(s string) netip.AddrPort {
	p, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{} // a local socket
	}
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

func (c *connection) record(e Event, scheme, user, reason string, err error) {
	c.auditor.recorder.Record(Record{
		Time: time.Now(), Event: e, Source: c.remote.Addr(), Port: c.remote.Port(),
		Scheme: scheme, User: user, Connection: c.number, Reason: reason, Err: err,
	})
}

// logout ends who was logged in, if somebody was.
func (c *connection) logout(reason string) {
	if c.in {
		c.record(Logout, c.scheme, c.user, reason, nil)
	}
	c.in, c.handshake = false, false
}
