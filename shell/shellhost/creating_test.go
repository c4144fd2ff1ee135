package shellhost

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

// TestHostWaitsForItsCreate: that a repetition of the Create ends, whose daemon
// has died, does not end the host while the first is under way.
func TestHostWaitsForItsCreate(t *testing.T) {
	opening, opened := make(chan struct{}), make(chan struct{})
	w := newHost(t, func(c *HostConfig) {
		c.Plugin.(*shelltest.Plugin).OpenFunc = func(ctx context.Context, _ *shelltest.Instance) error {
			close(opening)
			select {
			case <-opened:
			case <-ctx.Done(): // the host has ended
			}
			return ctx.Err()
		}
	})
	a := createAsk(w.id)
	a.id = "uuid:" + newID()
	first := make(chan error, 1)
	go func() {
		_, err := w.pass(a)
		first <- err
	}()
	within(t, "the start of the shell", opening)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := a.request(t)
	_, err := w.remote.pass(gone, r, r.Deadline, true)
	require.Error(t, err)
	close(opened)
	require.NoError(t, within(t, "the answer", first))
	again, err := w.pass(a)
	require.NoError(t, err)
	assert.Contains(t, again, wsman.ActionCreate+"Response")
	assert.Len(t, w.plugin.Instances(), 1)
}
