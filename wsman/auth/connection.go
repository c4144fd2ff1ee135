package auth

import (
	"context"
	"sync"

	"github.com/winrmd/winrmd/wsman"
)

// Connection is what is known about the client at the other end of one TCP
// connection. The zero value is a connection of which nothing is known. A
// server makes one in http.Server.ConnContext and never shares it.
type Connection struct {
	mu     sync.Mutex // held for a whole Authenticate
	origin origin

	// scheme and state belong to the scheme that the client used last: its
	// handshake in progress or what it remembers. Both are nil without one.
	scheme Scheme
	state  Context

	// identity is who the connection is bound to; nil if nobody.
	identity   *wsman.Principal
	sealer     Sealer
	delegation wsman.Delegation
	valid      func() bool // whether identity still holds; nil means that it does
}

// Forget ends what the connection is bound to, and a handshake in progress. A
// server calls it when a message cannot be unsealed.
func (c *Connection) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
}

// forget makes the connection one of which nothing is known.
func (c *Connection) forget() {
	c.scheme, c.state, c.identity, c.sealer, c.delegation, c.valid = nil, nil, nil, nil, nil, nil
}

// enter returns scheme's state on this connection. A new handshake takes the
// identity away at once, not when it ends: nothing may be done in the name of
// one user while another's token is being looked at.
func (c *Connection) enter(scheme Scheme) Context {
	if c.scheme != scheme || c.state == nil {
		c.forget()
		c.scheme, c.state = scheme, scheme.Begin()
	}
	return c.state
}

// bind gives the connection the identity of a finished handshake.
func (c *Connection) bind(who wsman.Principal, result Result) {
	c.forget()
	c.identity, c.sealer, c.delegation, c.valid = &who, result.Sealer, result.Delegation, result.Valid
}

type contextKey struct{}

// WithConnection returns ctx with c in it, for http.Server.ConnContext.
func WithConnection(ctx context.Context, c *Connection) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// ConnectionOf returns the Connection in a request's context; a new one, of
// which nothing is known, if there is none.
func ConnectionOf(ctx context.Context) *Connection {
	if c, ok := ctx.Value(contextKey{}).(*Connection); ok {
		return c
	}
	return new(Connection)
}
