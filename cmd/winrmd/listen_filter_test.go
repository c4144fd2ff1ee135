package main

import (
	"log/slog"
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// queue is a net.Listener with connections that were made already.
type queue struct {
	net.Listener
	waiting []net.Conn
}

// Accept implements net.Listener.
func (q *queue) Accept() (net.Conn, error) {
	if len(q.waiting) == 0 {
		return nil, net.ErrClosed
	}
	c := q.waiting[0]
	q.waiting = q.waiting[1:]
	return c, nil
}

// arrived is a connection to an address of this machine.
type arrived struct {
	net.Conn
	local  net.Addr
	closed bool
}

// LocalAddr implements net.Conn.
func (a *arrived) LocalAddr() net.Addr { return a.local }

// RemoteAddr implements net.Conn.
func (a *arrived) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// Close implements net.Conn.
func (a *arrived) Close() error {
	a.closed = true
	return nil
}

func TestFilter(t *testing.T) {
	limits := configuration.ServiceLimits{IPv4Filter: "192.0.2.1-192.0.2.9", IPv6Filter: ""}
	addresses := []struct {
		address string
		taken   bool
	}{
		{"192.0.2.10", false}, {"192.0.2.9", true}, {"::ffff:192.0.2.1", true}, {"2001:db8::1", false}, {"127.0.0.1", true}, {"::1", true}, {"198.51.100.1", false},
	}
	q := &queue{}
	var all []*arrived
	for _, a := range addresses {
		c := &arrived{local: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(a.address), 5985))}
		all = append(all, c)
		q.waiting = append(q.waiting, c)
	}
	f := &filter{q, func(a netip.Addr) bool { return limits.Listens(a) }, slog.New(slog.DiscardHandler)}
	var taken []net.Conn
	for {
		c, err := f.Accept()
		if err != nil {
			require.ErrorIs(t, err, net.ErrClosed)
			break
		}
		taken = append(taken, c)
	}
	var want []net.Conn
	for i, a := range addresses {
		assert.Equal(t, !a.taken, all[i].closed, a.address)
		if a.taken {
			want = append(want, all[i])
		}
	}
	assert.Equal(t, want, taken)
}
