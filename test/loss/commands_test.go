package loss

import (
	"context"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

const manyCommands = 1000

// TestManyCommands: an engine closes its session only when each of its
// pipelines was closed, whether its client said that it is done with it or
// not. So a Delete that ends at once shows that none was left.
func TestManyCommands(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]bool{"released": true, "not released": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := open(t, "")
			pid := enginePID(t, pool)
			ctx := within(t, 2*time.Minute)
			began := time.Now()
			for i := range manyCommands {
				pipeline, err := pool.Start(ctx, strconv.Itoa(i), false)
				require.NoError(t, err)
				var got []string
				require.NoError(t, pipeline.Wait(ctx, collect(&got)))
				require.Equal(t, []string{"<I32>" + strconv.Itoa(i) + "</I32>"}, got)
				if release {
					require.NoError(t, pipeline.Release(ctx))
				}
			}
			t.Logf("%d commands: %v", manyCommands, time.Since(began).Round(time.Millisecond))
			promptly(t, "the shell is deleted", time.Second, func(ctx context.Context) error { return pool.Close(ctx) })
			assert.False(t, alive(t, pid), "the engine is still there")
		})
	}
}

var i32 = regexp.MustCompile(`^<I32>(\d+)</I32>$`)

// enginePID asks the engine for its process.
func enginePID(t *testing.T, pool *psrpclient.Pool) int {
	t.Helper()
	got := outputs(t, within(t, 10*time.Second), pool, "$PID")
	require.Len(t, got, 1)
	match := i32.FindStringSubmatch(got[0])
	require.NotNil(t, match, got[0])
	pid, err := strconv.Atoi(match[1])
	require.NoError(t, err)
	require.True(t, alive(t, pid))
	return pid
}

// alive reports whether there is such a process. The server has waited for
// its own, so nothing is left of one that has ended.
func alive(t *testing.T, pid int) bool {
	t.Helper()
	process, err := os.FindProcess(pid)
	if runtime.GOOS == "windows" {
		return err == nil
	}
	require.NoError(t, err)
	return process.Signal(syscall.Signal(0)) == nil
}
