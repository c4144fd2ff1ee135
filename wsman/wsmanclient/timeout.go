package wsmanclient

import (
	"context"
	"time"
)

type timeoutKey struct{}

// WithOperationTimeout returns ctx with an OperationTimeout for what is asked with
// it, where the operation has no Timeout of its own: how long the server is asked
// to work on one request. A d that is not positive changes nothing.
func WithOperationTimeout(ctx context.Context, d time.Duration) context.Context {
	if d <= 0 {
		return ctx
	}
	return context.WithValue(ctx, timeoutKey{}, d)
}

// timeout is an operation's OperationTimeout: its own, that of the context, or the
// Client's.
func (c *Client) timeout(ctx context.Context, own time.Duration) time.Duration {
	if own > 0 {
		return own
	}
	if d, ok := ctx.Value(timeoutKey{}).(time.Duration); ok {
		return d
	}
	return c.config.OperationTimeout
}
