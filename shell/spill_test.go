package shell_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// numbered are objects of ten bytes.
func numbered(from, to int) []string {
	var list []string
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprintf("%010d", i))
	}
	return list
}

func putAll(cmd *shell.Command, list []string) {
	for _, s := range list {
		cmd.Stream("stdout").Put(whole(s))
	}
}

// TestSpill: what memory should not hold is on disk, and comes back in order.
func TestSpill(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		all := numbered(1, 50)
		putAll(cmd, all)
		assert.Equal(t, 100, w.sh.InMemory())
		assert.Equal(t, 500, w.info().BufferedBytes)
		held, _ := w.plugin.Spool.Records()
		assert.Equal(t, 40, held)

		var got []string
		for len(got) < len(all) {
			r := w.request(cmd)
			r.Room = 100
			a, err := w.ask(owner, r)
			require.NoError(t, err)
			got = append(got, texts(t, a)...)
			assert.LessOrEqual(t, w.sh.InMemory(), 300, "memory, an answer and what is read ahead for it")
		}
		assert.Equal(t, all, got)
		w.nothing(owner, cmd)
		w.empty()
		held, _ = w.plugin.Spool.Records()
		assert.Zero(t, held)
	}, spooling)
}

// TestSpillOfOneObject: a client that connects gets a large object from its
// start, however much of it the one before had.
func TestSpillOfOneObject(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		all := numbered(1, 50)
		for i, s := range all {
			cmd.Stream("stdout").Put(piece(7, s, i == len(all)-1))
			if i%5 == 4 && i < 40 {
				w.receive(owner, cmd)
			}
		}
		assert.LessOrEqual(t, w.sh.InMemory(), 200)
		w.disconnect()
		w.connect(other)
		w.assertTexts(w.receive(other, cmd), all...)
		w.nothing(other, cmd)
		assert.Zero(t, w.info().DroppedMessages)
		w.empty()
	}, spooling)
}

// TestSpillFull: where the disk has no room memory takes as much again, and
// then the engine waits, whatever else is awaited.
func TestSpillFull(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.plugin.Spool.SetFull(true)
		w.wait(t.Context(), owner, w.request(nil)) // something other than output is awaited
		putAll(cmd, numbered(1, 19))
		assert.False(t, w.engine().blocked())
		putAll(cmd, numbered(20, 20))
		e := w.engine()
		assert.True(t, e.blocked())
		assert.Equal(t, 200, w.sh.InMemory())

		w.assertTexts(w.receive(owner, cmd), numbered(1, 20)...)
		assert.True(t, e.blocked(), "it is not confirmed")
		w.plugin.Spool.SetFull(false)
		w.nothing(owner, cmd)
		assert.False(t, e.blocked())
		putAll(cmd, numbered(21, 60))
		assert.Equal(t, 100, w.sh.InMemory())
		w.assertTexts(w.receive(owner, cmd), numbered(21, 60)...)
	}, spooling)
}

// TestSpillLimit: no more than SpoolSize is on disk.
func TestSpillLimit(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.wait(t.Context(), owner, w.request(nil))
		putAll(cmd, numbered(1, 14))
		assert.False(t, w.engine().blocked())
		putAll(cmd, numbered(15, 15))
		assert.True(t, w.engine().blocked())
		putAll(cmd, numbered(16, 16)) // of a plug-in that does not ask
		held, _ := w.plugin.Spool.Records()
		assert.Equal(t, 5, held)
		w.assertTexts(w.receive(owner, cmd), numbered(1, 16)...)
	}, spooling, func(c *shell.Configuration) { c.SpoolSize = 50 })
}

// TestSpillUnreadable: what cannot be read back is dropped whole and counted.
func TestSpillUnreadable(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 12))
		w.plugin.Spool.Break()
		putAll(cmd, numbered(13, 13))
		w.assertTexts(w.receive(owner, cmd), append(numbered(1, 10), numbered(13, 13)...)...)
		assert.EqualValues(t, 2, w.info().DroppedMessages)
		w.nothing(owner, cmd)
		w.empty()
	}, spooling)
}

// TestSpillDrop: mode Drop uses the disk for nothing, and lets go of what is
// there when it is switched on.
func TestSpillDrop(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		for i := range 40 {
			cmd.Stream("stdout").Put(classed(shell.ClassDrop, fmt.Sprintf("%010d", i)))
		}
		w.disconnectFor(idle, ptr(shell.Drop))
		synctest.Wait()
		assert.EqualValues(t, 30, w.info().DroppedMessages)
		for i := range 40 {
			cmd.Stream("stdout").Put(classed(shell.ClassDrop, fmt.Sprintf("%010d", 40+i)))
		}
		_, appended := w.plugin.Spool.Records()
		assert.Equal(t, 30, appended)
		w.reconnect()
		w.assertTexts(w.receive(owner, cmd), numbered(70, 79)...)
	}, spooling)
}

// TestSpillAndLose: an answer that was not written comes again, from disk too.
func TestSpillAndLose(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 30))
		a := w.receive(owner, cmd)
		w.assertTexts(a, numbered(1, 30)...)
		a.Written(assert.AnError)
		w.assertTexts(w.receive(owner, cmd), numbered(1, 30)...)
	}, spooling)
}

// TestSpillCloses: nothing is held for a shell that is gone, and what comes too
// late is not kept.
func TestSpillCloses(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 30))
		require.NoError(t, w.sh.Close(owner))
		fill(cmd, 1000)
		held, _ := w.plugin.Spool.Records()
		assert.Zero(t, held)
	}, spooling)
}

// TestLastWords: they come when nothing of a command is left to fetch.
func TestLastWords(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		one, two := w.command(), w.command()
		putAll(one, numbered(1, 1))
		w.sh.Stream("stdout").PutLast(whole("bye"))
		w.sh.Ended(assert.AnError)
		w.nothing(owner, nil)
		waiting := w.wait(t.Context(), owner, w.request(nil))
		w.assertTexts(w.receive(owner, one), numbered(1, 1)...)
		a, err := waiting.ended()
		require.NoError(t, err)
		w.assertTexts(a, "bye")
		_, err = w.ask(owner, w.request(nil))
		assert.ErrorIs(t, err, assert.AnError)
		_, err = w.ask(owner, w.request(two))
		assert.ErrorIs(t, err, assert.AnError)
	})
	bubble(t, func(t *testing.T, w *world) {
		one := w.command()
		fill(one, 10)
		w.sh.Stream("stdout").PutLast(whole("bye"))
		w.terminate(one)
		w.assertTexts(w.receive(owner, nil), "bye")
	})
}

// TestClockStandsStill: times are measured by the monotonic clock, which stands
// still while the machine sleeps and does not jump when its clock is set: a
// reading that has lost it would end sessions early.
func TestClockStandsStill(t *testing.T) {
	w := newWorld(t)
	for _, at := range w.sh.Times() {
		assert.True(t, strings.Contains(at.String(), "m="), "%v", at)
	}
	w.disconnect()
	for _, at := range w.sh.Times() {
		assert.True(t, strings.Contains(at.String(), "m="), "%v", at)
	}
}
