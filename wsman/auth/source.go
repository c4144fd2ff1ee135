package auth

import (
	"context"
	"net/http"
	"net/netip"
)

type sourceKey struct{}

// WithSource returns ctx with the address that a client's attempt comes from,
// for a Verifier that wants to know it. The Authenticator itself does not set
// it; package guard's does.
func WithSource(ctx context.Context, source netip.Addr) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// SourceOf returns the address that is in ctx; the zero value if there is none,
// or if the client is at a local socket.
func SourceOf(ctx context.Context) netip.Addr {
	source, _ := ctx.Value(sourceKey{}).(netip.Addr)
	return source
}

// Source returns the address that a request came from; the zero value for a
// local socket, and where nothing is known.
func Source(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap()
}
