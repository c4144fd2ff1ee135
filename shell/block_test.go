package shell_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// small has buffers of 100 bytes and a spool of 50.
func small(c *shell.Configuration) { c.BufferSize, c.SpoolSize = 100, 50 }

// engine is a plug-in that wants to read on.
type engine struct{ done chan struct{} }

// engine starts one.
func (w *world) engine() *engine {
	e := &engine{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		w.sh.WaitRoom()
	}()
	return e
}

// blocked reports whether it waits.
func (e *engine) blocked() bool {
	synctest.Wait()
	select {
	case <-e.done:
		return false
	default:
		return true
	}
}

// fill puts n bytes into a command.
func fill(cmd *shell.Command, n int) { cmd.Stream("stdout").Put(whole(strings.Repeat("x", n))) }

// TestWaitRoom: at which fill it blocks, and what else counts.
func TestWaitRoom(t *testing.T) {
	tests := map[string]struct {
		fill    int
		also    func(w *world, cmd *shell.Command)
		blocked bool
	}{
		"empty":           {0, nil, false},
		"1 below":         {99, nil, false},
		"full":            {100, nil, true},
		"over":            {149, nil, true},
		"disconnected":    {100, func(w *world, _ *shell.Command) { w.disconnect() }, true},
		"not confirmed":   {100, func(w *world, c *shell.Command) { w.receive(owner, c) }, true},
		"confirmed":       {100, func(w *world, c *shell.Command) { w.receive(owner, c); w.nothing(owner, c) }, false},
		"Receive waits":   {149, func(w *world, _ *shell.Command) { w.wait(w.t.Context(), owner, w.request(nil)) }, false},
		"hard limit":      {150, func(w *world, _ *shell.Command) { w.wait(w.t.Context(), owner, w.request(nil)) }, true},
		"Expect":          {149, func(w *world, _ *shell.Command) { w.sh.Expect() }, false},
		"Expect, limit":   {150, func(w *world, _ *shell.Command) { w.sh.Expect() }, true},
		"Expect is over":  {100, func(w *world, _ *shell.Command) { w.sh.Expect()() }, true},
		"Drop":            {100, func(w *world, _ *shell.Command) { w.disconnectFor(idle, ptr(shell.Drop)) }, false},
		"Drop, limit":     {150, func(w *world, _ *shell.Command) { w.disconnectFor(idle, ptr(shell.Drop)) }, true},
		"command is gone": {100, func(w *world, c *shell.Command) { w.terminate(c) }, false},
		"closed":          {999, func(w *world, _ *shell.Command) { assert.NoError(w.t, w.sh.Close(owner)) }, false},
	}
	for name, test := range tests {
		for order, before := range map[string]bool{"first": false, "meanwhile": true} {
			t.Run(name+", "+order, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					cmd := w.command()
					fill(cmd, test.fill)
					var e *engine
					if before { // it waits already
						e = w.engine()
						assert.Equal(t, test.fill >= 100, e.blocked())
					}
					if test.also != nil {
						test.also(w, cmd)
					}
					if !before || !e.blocked() {
						e = w.engine() // it comes, or comes back
					}
					assert.Equal(t, test.blocked, e.blocked())
				}, small)
			})
		}
	}
}

func ptr(m shell.Mode) *shell.Mode { return &m }

// TestWaitRoomBlocksAgain: once nobody waits any more it blocks
// again.
func TestWaitRoomBlocksAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		fill(cmd, 100)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		done := w.sh.Expect()
		p := w.wait(ctx, owner, w.request(nil))
		assert.False(t, w.engine().blocked())
		done()
		assert.False(t, w.engine().blocked())
		_, err := p.ended()
		require.ErrorIs(t, err, shell.ErrTimedOut)
		assert.True(t, w.engine().blocked())
	}, small)
}

// TestBlockedCommandGoesOn: a loop that writes is suspended at the limit and
// goes on as its client reads; nothing of it is lost.
func TestBlockedCommandGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.disconnect()
		put := make(chan int, 1000)
		go func() {
			for i := range 200 {
				w.sh.WaitRoom()
				fill(cmd, 10)
				put <- i
			}
			cmd.Finish(0)
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Len(t, put, 10, "it stops when the buffers are full")
		w.reconnect()
		n := 0
		for {
			a := w.receive(owner, cmd)
			n += len(texts(t, a))
			if a.State == shell.CommandDone {
				break
			}
		}
		assert.Equal(t, 200, n)
		w.nothingButDone(cmd)
		w.empty()
	}, small)
}
