package loss

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/winrmd/winrmd/test/psrpclient"
	"github.com/winrmd/winrmd/wsman"
)

// holder is the client that has the pool, and the fuse in its connections.
type holder struct {
	base   psrpclient.Config
	random *rand.Rand
	client *psrpclient.Client
	pool   *psrpclient.Pool
	fuse   *fuse
	timer  *time.Timer
	left   atomic.Bool
}

// newHolder makes a client with a MaxEnvelopeSize by chance.
func newHolder(base psrpclient.Config, random *rand.Rand) *holder {
	h := &holder{base: base, random: random, fuse: &fuse{}}
	sizes := []int{512000, 512000, 32768, 8192}
	c := base
	c.MaxEnvelopeSize, c.Dial = sizes[random.IntN(len(sizes))], h.fuse.dial
	h.client = psrpclient.New(c)
	return h
}

// abandon ends the client as the end of its process does.
func (h *holder) abandon() {
	h.left.Store(true)
	h.client.Abandon()
}

// abandonAfter does so after a time.
func (h *holder) abandonAfter(d time.Duration) { h.timer = time.AfterFunc(d, h.abandon) }

// stopTimer takes that back, if there is time for it.
func (h *holder) stopTimer() {
	if h.timer != nil && !h.timer.Stop() {
		h.abandon() // it is about to
	}
	h.timer = nil
}

// gone reports whether the client has ended.
func (h *holder) gone() bool { return h.left.Load() }

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
