package powershell

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// flood is a pipeline that puts out numbered lines of one kilobyte and writes
// to a file after each how far it is.
type flood struct {
	*run
	file string
	n    int
}

const (
	floodLine = 1000
	// smallBuffer is what a shell may hold in these tests.
	smallBuffer = 128 << 10
	// slack is what is under way between a pipeline and the shell's buffers:
	// the pipe, and what is read at once.
	slack = 512 << 10
)

func (c *client) flood(t *testing.T, n int) *flood {
	t.Helper()
	f := &flood{file: filepath.Join(t.TempDir(), "counter"), n: n}
	f.run = c.start(t, fmt.Sprintf(
		"$x = 'x' * %d; for ($i = 1; $i -le %d; $i++) { '{0:d6} {1}' -f $i, $x; [IO.File]::WriteAllText('%s', $i) }",
		floodLine, n, f.file))
	return f
}

// count is how far the pipeline is.
func (f *flood) count() int {
	content, _ := os.ReadFile(f.file)
	n, _ := strconv.Atoi(string(content)) // 0 while it is being written
	return n
}

// suspended waits until the pipeline gets no further, and returns where it is.
func (f *flood) suspended(t *testing.T) int {
	t.Helper()
	last, since := 0, time.Now()
	require.Eventually(t, func() bool {
		if n := f.count(); n != last {
			last, since = n, time.Now()
		}
		return last > 0 && time.Since(since) > 400*time.Millisecond
	}, patience, tick)
	require.Less(t, last, f.n, "it was not suspended")
	return last
}

// assertLines checks that the lines have no gap and no disorder, and returns
// the number of the first.
func assertLines(t *testing.T, lines []string) int {
	t.Helper()
	require.NotEmpty(t, lines)
	first, err := strconv.Atoi(lines[0][:6])
	require.NoError(t, err)
	line := strings.Repeat("x", floodLine)
	for i, got := range lines {
		require.True(t, fmt.Sprintf("%06d %s", first+i, line) == got, "line %d is %.20s", first+i, got)
	}
	return first
}

// TestBlock holds a pipeline back whose output nobody fetches, while
// everything else of its session goes on.
func TestBlock(t *testing.T) {
	_, c := open(t, buffers(smallBuffer))
	const lines = 4000
	t.Run("goes on", func(t *testing.T) {
		f := c.flood(t, lines)
		assert.Less(t, f.suspended(t)*floodLine, smallBuffer+slack)
		assert.Zero(t, c.info(t).DroppedMessages)
		got := f.completes(t).output
		assert.Equal(t, 1, assertLines(t, got))
		assert.Len(t, got, lines)
		assert.Equal(t, lines, f.count())
		require.NoError(t, f.signal(t.Context(), shell.SignalTerminate))
	})
	t.Run("others run", func(t *testing.T) {
		reader := c.start(t, "$input", withInput...)
		f := c.flood(t, lines)
		at := f.suspended(t)
		soon(t, "Send", func() error {
			return reader.send(t.Context(), reader.command, "stdin", append(reader.input("sent"), reader.endOfInput()...))
		})
		soon(t, "reader", func() error { reader.completes(t, "sent"); return nil })
		soon(t, "other pipeline", func() error { c.works(t); return nil })
		soon(t, "a request to the pool", func() error {
			c.sendPool(t, psrp.MessageGetAvailableRunspaces, `<Obj RefId="0"><MS><I64 N="ci">1</I64></MS></Obj>`)
			c.until(t, "", isType(psrp.MessageRunspaceAvailability))
			return nil
		})
		assert.Less(t, f.suspended(t), lines)
		soon(t, "stop", func() error { return f.signal(t.Context(), shell.SignalStop) })
		got := f.finish(t)
		assert.Equal(t, psrp.PSInvocationStopped, got.state)
		assert.Equal(t, 1, assertLines(t, got.output))
		assert.GreaterOrEqual(t, len(got.output), at, "what was put out is not lost")
		require.NoError(t, f.signal(t.Context(), shell.SignalTerminate))
	})
	t.Run("terminate", func(t *testing.T) {
		f := c.flood(t, lines)
		f.suspended(t)
		soon(t, "terminate", func() error { return f.signal(t.Context(), shell.SignalTerminate) })
		require.Eventually(t, func() bool { return c.info(t).BufferedBytes < smallBuffer/2 }, patience, tick, "its output is thrown away")
		c.works(t)
	})
	t.Run("next client", func(t *testing.T) {
		f := c.flood(t, lines)
		f.suspended(t)
		var second *connected
		soon(t, "connect", func() error { second = c.leave(t).connects(t); return nil })
		soon(t, "greeting", func() error { second.greeted(t); return nil })
		got := second.connectCommand(t, f.run).completes(t).output
		assert.Equal(t, 1, assertLines(t, got))
		assert.Len(t, got, lines)
		c = second.client
	})
	t.Run("close", func(t *testing.T) {
		c.flood(t, lines).suspended(t)
		soon(t, "close", func() error { return c.sh.Close(c.who) })
	})
}

// TestDrop lets a pipeline go on whose output nobody fetches.
func TestDrop(t *testing.T) {
	_, c := open(t, buffers(smallBuffer), func(w *world) { w.cfg.BufferMode = shell.Drop })
	const lines = 1500
	f := c.flood(t, lines)
	asks := c.start(t, "$host.UI.ReadLine()") // in the middle
	require.Eventually(t, func() bool { return f.count() == lines }, patience, tick)
	call := asks.isCalled(t)
	soon(t, "signal", func() error { return c.start(t, endless).signal(t.Context(), shell.SignalTerminate) })
	info := c.info(t)
	assert.Positive(t, info.DroppedMessages)
	assert.Less(t, info.BufferedBytes, smallBuffer+slack)
	got := f.completes(t)
	last := len(got.messages) - 1
	assert.Equal(t, psrp.MessagePipelineState, got.messages[last].Type)
	first := assertLines(t, got.output)
	assert.Equal(t, lines, first+len(got.output)-1, "the oldest are dropped")
	assert.Equal(t, int64(lines), info.DroppedMessages+int64(len(got.output)), "each is received or counted")
	require.NoError(t, asks.send(t.Context(), "", "pr", asks.answer(t, call, "answered")))
	asks.completes(t, "answered")
}

// TestDropKeeps checks what mode Drop may throw away, type by type, at an
// engine that puts out only that.
func TestDropKeeps(t *testing.T) {
	droppable := map[psrp.MessageType]bool{
		psrp.MessagePipelineOutput: true, psrp.MessageErrorRecord: true, psrp.MessageDebugRecord: true,
		psrp.MessageVerboseRecord: true, psrp.MessageWarningRecord: true, psrp.MessageProgressRecord: true,
		psrp.MessageInformationRecord: true,
	}
	kinds := []psrp.MessageType{
		psrp.MessageApplicationPrivateData, psrp.MessageRunspacePoolState, psrp.MessageSessionCapability,
		psrp.MessageEncryptedSessionKey, psrp.MessagePublicKeyRequest, psrp.MessageRunspaceAvailability,
		psrp.MessageUserEvent, psrp.MessageRunspacePoolHostCall, psrp.MessagePipelineHostCall, psrp.MessagePipelineState,
	}
	for kind := range droppable {
		kinds = append(kinds, kind)
	}
	for _, kind := range kinds {
		assert.Equal(t, droppable[kind], class(kind) == shell.ClassDrop, "%v", kind)
	}
}
