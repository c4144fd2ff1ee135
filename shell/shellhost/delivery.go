package shellhost

import (
	"context"
	"sync"

	"github.com/winrmd/winrmd/wsman"
)

// delivery is what a host's connection from its daemon has outstanding: the
// answer of which it is not yet known whether it was written to the client.
type delivery struct {
	mu      sync.Mutex
	written func(error)
}

// await takes the place of what was outstanding.
func (d *delivery) await(written func(error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.written = written
}

// settle says what became of the answer before, if that is still open.
func (d *delivery) settle(err error) {
	d.mu.Lock()
	written := d.written
	d.written = nil
	d.mu.Unlock()
	if written != nil {
		written(err)
	}
}

// lost says that the connection has ended.
func (d *delivery) lost() { d.settle(wsman.ErrDeliveryUnknown) }

type deliveryKey struct{}

// withDelivery gives a connection's context a delivery of its own.
func withDelivery(ctx context.Context) (context.Context, *delivery) {
	d := &delivery{}
	return context.WithValue(ctx, deliveryKey{}, d), d
}

// deliveryOf is the delivery of the connection that a request came on.
func deliveryOf(ctx context.Context) *delivery {
	d, _ := ctx.Value(deliveryKey{}).(*delivery)
	return d
}
