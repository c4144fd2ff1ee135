package auth

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requestFrom is a request that came from remote to local, which may be nil.
func requestFrom(remote string, local net.Addr) *http.Request {
	r := tlsRequest("")
	r.RemoteAddr = remote
	if local != nil {
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
	}
	return r
}

func tcpAddress(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

func TestOrigin(t *testing.T) {
	// The machine has two addresses beside those of loopback.
	own := func(source netip.Addr) bool {
		return source == netip.MustParseAddr("192.0.2.2") || source == netip.MustParseAddr("198.51.100.2")
	}
	for name, c := range map[string]struct {
		remote   string
		local    net.Addr
		source   string
		loopback bool
	}{
		"elsewhere":          {"192.0.2.1:4000", tcpAddress("192.0.2.2:5985"), "192.0.2.1", false},
		"127.0.0.1":          {"127.0.0.1:4000", tcpAddress("127.0.0.1:5985"), "127.0.0.1", true},
		"127.8.8.8":          {"127.8.8.8:4000", nil, "127.8.8.8", true},
		"::1":                {"[::1]:4000", tcpAddress("[::1]:5985"), "::1", true},
		"mapped":             {"[::ffff:192.0.2.1]:4000", tcpAddress("[::ffff:192.0.2.2]:5985"), "192.0.2.1", false},
		"mapped loopback":    {"[::ffff:127.0.0.1]:4000", nil, "127.0.0.1", true},
		"own address":        {"192.0.2.2:4000", tcpAddress("192.0.2.2:5985"), "192.0.2.2", true},
		"own, one mapped":    {"192.0.2.2:4000", tcpAddress("[::ffff:192.0.2.2]:5985"), "192.0.2.2", true},
		"both ends alike":    {"203.0.113.9:4000", tcpAddress("203.0.113.9:5985"), "203.0.113.9", true},
		"another of its own": {"198.51.100.2:4000", tcpAddress("192.0.2.2:5985"), "198.51.100.2", true},
		"own, to loopback":   {"198.51.100.2:4000", tcpAddress("127.0.0.1:5985"), "198.51.100.2", true},
		"own, both mapped":   {"[::ffff:198.51.100.2]:4000", tcpAddress("[::ffff:192.0.2.2]:5985"), "198.51.100.2", true},
		"zone":               {"[fe80::1%eth0]:4000", tcpAddress("[fe80::2%eth0]:5985"), "fe80::1%eth0", false},
		"local socket":       {"@", &net.UnixAddr{Name: "/run/winrmd.sock", Net: "unix"}, "invalid IP", true},
		"nothing is known":   {"", nil, "invalid IP", false},
		"rubbish":            {"example.org:1", tcpAddress("192.0.2.2:5985"), "invalid IP", false},
		"another IP family":  {"[2001:db8::1]:4000", tcpAddress("192.0.2.2:5985"), "2001:db8::1", false},
	} {
		t.Run(name, func(t *testing.T) {
			source, loopback := findOrigin(requestFrom(c.remote, c.local), own)
			assert.Equal(t, c.source, source.String())
			assert.Equal(t, c.loopback, loopback)
		})
	}
}

// TestIsOwn: every address of this machine is its own, in its own zone only.
func TestIsOwn(t *testing.T) {
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	tried := 0
	for _, link := range interfaces {
		addresses, err := link.Addrs()
		require.NoError(t, err)
		for _, a := range addresses {
			address, ok := netip.AddrFromSlice(a.(*net.IPNet).IP)
			require.True(t, ok, "%v", a)
			address = address.Unmap()
			tried++
			if address.Is6() && address.IsLinkLocalUnicast() {
				assert.True(t, isOwn(address.WithZone(link.Name)), "%s of %s", address, link.Name)
				assert.False(t, isOwn(address), "%s of an unknown link", address)
				assert.False(t, isOwn(address.WithZone("lo")), "%s of another link", address)
				continue
			}
			assert.True(t, isOwn(address), "%s of %s", address, link.Name)
		}
	}
	assert.Positive(t, tried)
	for _, other := range []string{
		"192.0.2.1", "198.51.100.255", "0.0.0.0", "255.255.255.255", "2001:db8::1", "fe80::1%lo", "fe80::1%none", "fe80::1",
	} {
		assert.False(t, isOwn(netip.MustParseAddr(other)), other)
	}
}

// TestOriginOfConnection: a connection's origin is kept, and is that
// connection's only.
func TestOriginOfConnection(t *testing.T) {
	c := &Connection{}
	source, loopback := c.originOf(requestFrom("127.0.0.1:1", nil))
	assert.Equal(t, "127.0.0.1", source.String())
	assert.True(t, loopback)
	source, loopback = c.originOf(requestFrom("192.0.2.1:1", nil))
	assert.Equal(t, "192.0.2.1", source.String(), "another connection has come")
	assert.False(t, loopback)
	c.forget()
	source, loopback = c.originOf(requestFrom("192.0.2.1:1", nil))
	assert.Equal(t, "192.0.2.1", source.String())
	assert.False(t, loopback)

	source, loopback = c.originOf(requestFrom("@", &net.UnixAddr{Net: "unix"}))
	assert.False(t, source.IsValid())
	assert.True(t, loopback, "a local socket")
	source, loopback = c.originOf(requestFrom("@", nil))
	assert.False(t, source.IsValid())
	assert.True(t, loopback, "it is the same connection")
}

// TestOriginAskedOnce: the machine's addresses are not read at each request.
func TestOriginAskedOnce(t *testing.T) {
	c, r := &Connection{}, requestFrom("192.0.2.1:1", tcpAddress("192.0.2.2:1"))
	c.originOf(r)
	assert.Zero(t, testing.AllocsPerRun(100, func() { c.originOf(r) }))
}
