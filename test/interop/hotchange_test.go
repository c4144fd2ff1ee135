package interop

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// The sessions of TestHotChange: those of command shells are cheap, those of
// pypsrp each have an engine.
const (
	hotShells   = 180
	hotPools    = 20
	hotOpeners  = 6
	hotChangers = 2
)

// TestHotChange: settings change all the time while 200 sessions open and
// close. None is lost, each has one of the values, and the one that opens after
// the last change has the last.
func TestHotChange(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	set := func(name string, seconds int) {
		s.command(t, "", "configuration", "set", "--state", s.state, name, "--idle-timeout-sec", strconv.Itoa(seconds))
	}
	s.command(t, "", "configuration", "register", "--state", s.state, "Hot", "--plugin", "winrs", "--idle-timeout-sec", "60")
	s.command(t, "", "configuration", "register", "--state", s.state, "HotPool", "--idle-timeout-sec", "60")

	client, err := wsmanclient.New("http://"+s.addresses["http"]+"/wsman", wsmanclient.Config{
		Authentication: wsmanclient.Basic("alice", passwordOf("alice")), AllowUnencrypted: true,
	})
	require.NoError(t, err)
	defer client.Close()
	open := func(ctx context.Context) (time.Duration, error) {
		shell, err := client.CreateShell(ctx, wsmanclient.ShellConfig{
			ResourceURI: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Hot",
		})
		if err != nil {
			return 0, err
		}
		return shell.Info().IdleTimeout, shell.Delete(ctx)
	}

	var opening, changing sync.WaitGroup
	done := make(chan struct{})
	changes := make([]int, hotChangers)
	for i, name := range []string{"Hot", "HotPool"} {
		changing.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(500 * time.Millisecond):
					changes[i]++
					set(name, 60+changes[i])
				}
			}
		})
	}
	turns := make(chan int)
	for range hotOpeners {
		opening.Go(func() {
			for range turns {
				idle, err := open(t.Context())
				if assert.NoError(t, err) {
					assert.GreaterOrEqual(t, idle, time.Minute)
				}
			}
		})
	}
	opening.Go(func() {
		for range hotPools / 5 {
			got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 5, "configuration": "HotPool", "script": "'works'"})
			assert.Equal(t, []any{"works"}, got.Output)
			assert.Equal(t, make([]attempt, 5), got.Pools)
		}
	})
	for n := range hotShells {
		turns <- n
	}
	close(turns)
	opening.Wait()
	close(done)
	changing.Wait()
	t.Logf("%d and %d changes", changes[0], changes[1])
	assert.Positive(t, changes[0])
	assert.Positive(t, changes[1])

	set("Hot", 12345)
	idle, err := open(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 12345*time.Second, idle, fmt.Sprint("at once: ", idle))
}
