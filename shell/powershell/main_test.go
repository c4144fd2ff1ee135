package powershell

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/shell/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// leavesNothing checks at the end of a test, after what was cleaned up since,
// that no goroutine and no process is left of it.
func leavesNothing(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		goleak.VerifyNone(t, before)
		if _, _, known := process.Usage(os.Getpid()); !known {
			return
		}
		require.Eventually(t, func() bool {
			_, children, _ := process.Usage(os.Getpid())
			return children == 0
		}, 5*time.Second, 20*time.Millisecond, "a process is left")
	})
}
