package interop

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestIdleTimeout waits a whole minute, the smallest idle timeout that there
// is. It takes no slot, so that the others go on meanwhile.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	s := start(t, setup{withoutSlot: true})
	begun := time.Now() // before the session was left
	left := s.client().leave(t, args{
		"scripts":      []string{"Start-Sleep 300"},
		"open_options": args{"idle_timeout": 60},
	})
	id := left.ids()[0]
	engines := slices.DeleteFunc(descendants(s.process.Process.Pid), processID.isStarter)

	time.Sleep(50 * time.Second)
	s.waitSession(t, id, 2*patience, func(_ sessionRow, exists bool) bool { return !exists })
	assert.Greater(t, time.Since(begun), 60*time.Second, "the session ended before its idle timeout")
	assert.Empty(t, waitGone(engines, "no process has this text", leakTimeout), "processes of a session that is gone")
	got := s.client().fails(t, "psrp_connect_pool.py", args{"shell_id": id})
	assert.Equal(t, uint32(unexpectedSelectors), got.Code, got.Text)
}

func TestIdleTimeoutBounds(t *testing.T) {
	t.Parallel()
	s := start(t, setup{configurations: map[string]string{
		"bounded": "IdleTimeoutMs = 90000\nMaxIdleTimeoutMs = 120000\n",
	}})
	type result struct {
		Create, Disconnect map[string]uint32
		Default, Changed   string
	}
	got := run[result](t, s.client(), "psrp_idle_timeout.py", args{
		"configuration": "bounded",
		"create":        []int{59, 60, 120, 121},
		"disconnect":    []string{"PT59.999S", "PT60S", "PT120.001S", "PT100.000S"},
	})
	const refused = idleTimeoutOutOfBounds
	assert.Equal(t, map[string]uint32{"59": refused, "60": 0, "120": 0, "121": refused}, got.Create)
	assert.Equal(t, map[string]uint32{
		"PT59.999S": refused, "PT60S": 0, "PT120.001S": refused, "PT100.000S": 0,
	}, got.Disconnect)
	assert.Equal(t, "PT90.000S", got.Default)
	assert.Equal(t, "PT100.000S", got.Changed, "the idle timeout after Disconnect and Reconnect")
}
