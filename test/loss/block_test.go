package loss

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/test/psrpclient"
)

const (
	// smallBuffer is the smallest OutputBufferSizeMB that there is.
	smallBuffer = "[Shell]\nOutputBufferSizeMB = 1\n"
	bufferSize  = 1 << 20
	// prompt is how long anything may take that a blocked pipeline must not
	// hold up.
	prompt = 2 * time.Second
)

// flood is a script that puts out numbered lines for ever, and writes after
// each to a file how far it is.
type flood struct{ file string }

// lineSize is a line's length in characters, its number included.
const lineSize = 1000

func newFlood(t *testing.T) flood { return flood{filepath.Join(t.TempDir(), "counter")} }

func (f flood) script() string {
	return fmt.Sprintf("$x = 'x' * %d; for ($i = 1; ; $i++) { '{0:d9} {1}' -f $i, $x; [IO.File]::WriteAllText('%s', $i) }",
		lineSize-10, f.file)
}

// count is how far the loop is.
func (f flood) count() int {
	content, err := os.ReadFile(f.file)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(string(content))
	if err != nil {
		return 0 // it is being written
	}
	return n
}

// waitStill waits until the loop has not moved for a second and returns where
// it is.
func (f flood) waitStill(t *testing.T) int {
	t.Helper()
	last, since := 0, time.Now()
	require.Eventually(t, func() bool {
		if n := f.count(); n > last {
			last, since = n, time.Now()
		}
		return last > 0 && time.Since(since) > time.Second
	}, time.Minute, 20*time.Millisecond, "the loop does not stop")
	return last
}

// promptly runs f, which must not take long.
func promptly(t *testing.T, what string, limit time.Duration, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	require.NoError(t, f(ctx), what)
	took := time.Since(began)
	t.Logf("%s: %v", what, took.Round(time.Millisecond))
	assert.Less(t, took, limit, what)
}

// open opens a pool whose engine is already warm.
func open(t *testing.T, settings string) *psrpclient.Pool {
	t.Helper()
	server := start(t, settings)
	ctx := within(t, time.Minute)
	pool, err := psrpclient.New(config(server)).Open(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"<I32>0</I32>"}, outputs(t, ctx, pool, "0"))
	return pool
}

// outputs runs a script to its end.
func outputs(t *testing.T, ctx context.Context, pool *psrpclient.Pool, script string) []string {
	t.Helper()
	pipeline, err := pool.Start(ctx, script, false)
	require.NoError(t, err)
	var all []string
	require.NoError(t, pipeline.Wait(ctx, collect(&all)))
	require.NoError(t, pipeline.Release(ctx))
	return all
}

func collect(all *[]string) psrpclient.Output {
	return func(clixml []byte) error {
		*all = append(*all, string(withoutMark(clixml)))
		return nil
	}
}

// TestBlockedPipeline: what nobody receives stops its own pipeline and nothing
// else.
func TestBlockedPipeline(t *testing.T) {
	t.Parallel()
	pool := open(t, smallBuffer)
	a := newFlood(t)
	blocked, err := pool.Start(within(t, 10*time.Second), a.script(), false)
	require.NoError(t, err)
	stopped := a.waitStill(t)
	t.Logf("it stops after %d lines of %d characters", stopped, lineSize)
	assert.Less(t, stopped*lineSize, 2*bufferSize, "output made while nobody receives")

	promptly(t, "another pipeline runs and finishes", prompt, func(ctx context.Context) error {
		assert.Len(t, outputs(t, ctx, pool, "1..100"), 100)
		return nil
	})
	promptly(t, "input is sent to a third", prompt, func(ctx context.Context) error {
		third, err := pool.Start(ctx, "$input | ForEach-Object { $_ * 2 }", true)
		require.NoError(t, err)
		for i := range 10 {
			require.NoError(t, third.Send(ctx, fmt.Sprintf("<I32>%d</I32>", i)))
		}
		require.NoError(t, third.EndInput(ctx))
		var doubled []string
		require.NoError(t, third.Wait(ctx, collect(&doubled)))
		assert.Len(t, doubled, 10)
		return third.Release(ctx)
	})

	// What the others needed was read past the blocked one; it rests again.
	rested := a.waitStill(t)
	seen := tally{series: series{number: lineNumber}}
	for a.count() == rested {
		require.Less(t, seen.last, rested, "all of it was received and the loop has not moved")
		_, err := blocked.Receive(within(t, 10*time.Second), seen.add)
		require.NoError(t, err)
		time.Sleep(20 * time.Millisecond) // in which the loop can write
	}
	t.Logf("it went on after %d of %d lines were received", seen.last, rested)
	again := a.waitStill(t)
	assert.Greater(t, again, rested)
	assert.Less(t, (again-seen.last)*lineSize, 2*bufferSize, "output made beyond what was received")

	promptly(t, "the blocked pipeline is stopped", prompt, blocked.Stop)
	var ended *psrpclient.PipelineError
	require.ErrorAs(t, blocked.Wait(within(t, 10*time.Second), seen.add), &ended)
	assert.Equal(t, psrp.PSInvocationStopped, ended.State)
	assert.GreaterOrEqual(t, seen.last, again, "what it had put out before it was stopped")
	assert.Equal(t, 1, seen.first)
	promptly(t, "the shell is deleted", prompt, pool.Close)
}

// TestBlockedPipelineIsDeleted: a shell ends although its engine cannot write.
func TestBlockedPipelineIsDeleted(t *testing.T) {
	t.Parallel()
	pool := open(t, smallBuffer)
	pid := enginePID(t, pool)
	a := newFlood(t)
	_, err := pool.Start(within(t, 10*time.Second), a.script(), false)
	require.NoError(t, err)
	a.waitStill(t)
	promptly(t, "the shell is deleted", prompt, pool.Close)
	assert.False(t, alive(t, pid), "the engine is still there")
}

// lineNumber reads the number of a line of a flood.
func lineNumber(clixml []byte) (int, error) {
	text := withoutMark(clixml)
	if len(text) != lineSize+len(stringStart)+len(stringEnd) {
		return 0, fmt.Errorf("a line of %d characters", len(text))
	}
	return strconv.Atoi(string(text[len(stringStart) : len(stringStart)+9]))
}
