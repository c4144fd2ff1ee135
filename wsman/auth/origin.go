package auth

import (
	"net"
	"net/http"
	"net/netip"
)

// origin says where a request came from: the address, and whether it is this
// machine. The address is the zero value for a local socket.
func origin(r *http.Request) (source netip.Addr, loopback bool) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		_, unix := local.(*net.UnixAddr)
		return netip.Addr{}, unix
	}
	source = remote.Addr().Unmap()
	if source.IsLoopback() {
		return source, true
	}
	// A machine that calls itself by its own address has it at both ends.
	tcp, ok := local.(*net.TCPAddr)
	return source, ok && tcp.AddrPort().Addr().Unmap() == source
}
