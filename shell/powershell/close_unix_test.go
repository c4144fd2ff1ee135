//go:build unix

package powershell

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// closesWithin closes the shell and checks that the engine is gone, and that
// a Receive that waits is told.
func (c *client) closesWithin(t *testing.T, w *world, limit time.Duration) {
	t.Helper()
	received := make(chan error)
	go func() {
		_, _, err := c.receive(t, "", patience)
		received <- err
	}()
	time.Sleep(50 * time.Millisecond)
	begin := time.Now()
	require.NoError(t, c.sh.Close(c.who))
	assert.Less(t, time.Since(begin), limit)
	assert.ErrorIs(t, <-received, shell.ErrClosed)
	assert.ErrorIs(t, syscall.Kill(w.process(), 0), syscall.ESRCH, "the engine is left")
	var unknown *shell.NotFoundError
	_, err := w.dir.Shell(c.sh.ID())
	assert.ErrorAs(t, err, &unknown)
}

func TestClose(t *testing.T) {
	t.Run("while pipelines run", func(t *testing.T) {
		w, c := open(t)
		c.start(t, endless).started(t)
		c.start(t, "'begun'; Start-Sleep 60").started(t)
		c.start(t, "$input", withInput...)
		c.start(t, "$host.UI.ReadLine()").isCalled(t)
		c.start(t, "'waits for a runspace'")
		half := c.newRun(t)
		require.NoError(t, half.begin(t.Context(), wire(half.fragments(t, half.create(t, "1"), 2)[0])))
		c.closesWithin(t, w, 2*time.Second)
	})
	t.Run("while output floods", func(t *testing.T) {
		w, c := open(t, buffers(smallBuffer))
		r := c.start(t, "$x = 'x' * 10kb; while ($true) { $x }")
		r.buffered(t, smallBuffer)
		c.closesWithin(t, w, 2*time.Second)
	})
	t.Run("while a process runs", func(t *testing.T) {
		w, c := open(t)
		r := c.start(t, "$p = [Diagnostics.Process]::Start('/bin/sleep', '60'); $p.Id; $p.WaitForExit()")
		left := content(r.until(t, r.command, isType(psrp.MessagePipelineOutput))[0])
		c.closesWithin(t, w, shell.CloseTimeout) // it must be killed
		assert.Eventually(t, func() bool { return syscall.Kill(atoi(t, left), 0) != nil }, patience, tick, "its child is left")
	})
	t.Run("while the engine is stopped, its input full", func(t *testing.T) {
		w, c := open(t)
		r := c.start(t, "$input", withInput...)
		require.NoError(t, w.session.engine.settle(t.Context()))
		require.NoError(t, syscall.Kill(w.process(), syscall.SIGSTOP))
		r.give(t, r.input(string(make([]byte, 1<<20)))) // a pipe holds 64 KiB
		c.closesWithin(t, w, shell.CloseTimeout)
	})
	t.Run("an engine that does not care", func(t *testing.T) {
		w := newWorld(t, fake(t, `trap '' HUP TERM INT PIPE
			read -r line; echo "<DataAck PSGuid='00000000-0000-0000-0000-000000000000' />"
			while :; do sleep 1; done`))
		c, err := w.create(t, patience)
		require.NoError(t, err)
		c.closesWithin(t, w, shell.CloseTimeout)
	})
	t.Run("disconnected", func(t *testing.T) {
		w, c := open(t)
		c.start(t, endless).started(t)
		c.leave(t)
		begin := time.Now()
		w.dir.Close()
		assert.Less(t, time.Since(begin), 2*time.Second)
	})
}
