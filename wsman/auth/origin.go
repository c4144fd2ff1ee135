package auth

import (
	"net"
	"net/http"
	"net/netip"
)

// origin is where the client of a connection is. The zero value is not known
// yet. Neither end of a connection moves, so it is found out once for each:
// a machine's addresses cost a system call, and a request has better to do.
type origin struct {
	remote   string     // what it was found out of: http.Request.RemoteAddr
	source   netip.Addr // the zero value for a local socket
	loopback bool       // the client is on this machine
	known    bool
}

// originOf says where a request came from. Who calls holds the lock.
func (c *Connection) originOf(r *http.Request) (source netip.Addr, loopback bool) {
	if !c.origin.known || c.origin.remote != r.RemoteAddr {
		c.origin = origin{remote: r.RemoteAddr, known: true}
		c.origin.source, c.origin.loopback = findOrigin(r, isOwn)
	}
	return c.origin.source, c.origin.loopback
}

// findOrigin finds out where a request came from: the address, and whether that
// is this machine. own reports whether an address is one of the machine's.
func findOrigin(r *http.Request, own func(netip.Addr) bool) (source netip.Addr, loopback bool) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	source = Source(r)
	if !source.IsValid() {
		_, unix := local.(*net.UnixAddr)
		return source, unix
	}
	if source.IsLoopback() {
		return source, true
	}
	// A machine that calls itself by its own address has it at both ends,
	// unless its client has chosen another of its addresses to come from.
	if tcp, ok := local.(*net.TCPAddr); ok && tcp.AddrPort().Addr().Unmap() == source {
		return source, true
	}
	return source, own(source)
}

// isOwn reports whether an address is one that this machine has now. Nobody
// else can come from such a one: what is sent back to it never leaves. Where
// the machine does not tell its addresses, none is its own.
func isOwn(source netip.Addr) bool {
	addresses := net.InterfaceAddrs
	if source.Is6() && source.IsLinkLocalUnicast() {
		// Such an address belongs to one link: on another link another machine
		// may have the same.
		link, err := net.InterfaceByName(source.Zone())
		if err != nil {
			return false
		}
		addresses = link.Addrs
	}
	all, err := addresses()
	if err != nil {
		return false
	}
	for _, a := range all {
		if network, ok := a.(*net.IPNet); ok {
			if own, ok := netip.AddrFromSlice(network.IP); ok && own.Unmap() == source.WithZone("") {
				return true
			}
		}
	}
	return false
}
