package main

import (
	"log/slog"
	"net"
	"net/netip"
)

// filter closes connections to addresses of this machine at which the settings
// want no requests taken (IPv4Filter, IPv6Filter), as soon as they are accepted.
type filter struct {
	net.Listener
	listens func(netip.Addr) bool
	log     *slog.Logger
}

// Accept implements net.Listener.
func (f *filter) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		local, ok := c.LocalAddr().(*net.TCPAddr)
		if !ok || f.listens(local.AddrPort().Addr()) {
			return c, nil
		}
		f.log.Debug("connection closed: IPv4Filter and IPv6Filter leave this address out", "local", local, "remote", c.RemoteAddr())
		c.Close()
	}
}
