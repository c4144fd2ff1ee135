//go:build linux

package fault

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/winrmd/winrmd/test/psrpclient"
	"github.com/winrmd/winrmd/wsman"
)

// holder is the client that has a session. When its connection breaks it sends
// the same request again, as PowerShell does.
type holder struct {
	client *psrpclient.Client
	pool   *psrpclient.Pool
	repeat atomic.Int64 // requests sent again
	left   atomic.Bool
}

// newHolder makes a client with properties by chance.
func newHolder(c psrpclient.Config, random *rand.Rand) *holder {
	h := &holder{}
	sizes := []int{512000, 512000, 32768, 8192}
	c.MaxEnvelopeSize = sizes[random.IntN(len(sizes))]
	c.OperationTimeout = 30 * time.Second // a Create may wait for a host that was never started
	c.Numbered = random.IntN(2) == 0
	c.Again = h.again
	h.client = psrpclient.New(c)
	return h
}

// againPause is how long a client waits before it asks again.
const againPause = 20 * time.Millisecond

func (h *holder) again(ctx context.Context, _ error) bool {
	if h.left.Load() {
		return false
	}
	h.repeat.Add(1)
	select {
	case <-time.After(againPause):
		return !h.left.Load()
	case <-ctx.Done():
		return false
	}
}

// abandon ends the client as the end of its process does.
func (h *holder) abandon() {
	h.left.Store(true)
	h.client.Abandon()
}

// connect connects when the client before counts as lost.
func (h *holder) connect(ctx context.Context, shellID string) (err error) {
	for {
		h.pool, err = h.client.Connect(ctx, shellID)
		if !psrpclient.IsFault(err, wsman.CodeShellConnectedToDifferentClient) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
