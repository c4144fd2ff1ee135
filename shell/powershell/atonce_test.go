package powershell

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// TestStoppedAtOnce is what Stop-Job does to a job that has just begun, in the
// first moment of a session: there an engine may report an error, say Stopped
// twice, fail because its pipeline is gone, or keep the only runspace for ever.
// None of it may cost the session.
func TestStoppedAtOnce(t *testing.T) {
	w := newWorld(t, func(w *world) { w.maximum = 1 })
	const sessions = 40
	for n := range sessions {
		c := w.open(t)
		for i := range 2 {
			r := c.start(t, endless)
			if i == 1 {
				r.started(t)
			}
			require.NoError(t, r.signal(t.Context(), shell.SignalStop), "session %d, pipeline %d", n, i)
			got := r.finish(t)
			if got.state == psrp.PSInvocationFailed {
				assert.Contains(t, got.reason, "ObjectDisposedException")
			} else {
				assert.Equal(t, psrp.PSInvocationStopped, got.state)
			}
			require.NoError(t, r.signal(t.Context(), shell.SignalTerminate))
		}
		c.works(t)
		require.NoError(t, c.sh.Close(c.who))
	}
}
