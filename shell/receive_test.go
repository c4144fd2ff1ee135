package shell_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// TestWaitingReceiveIsGivenWhatComes at once.
func TestWaitingReceiveIsGivenWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		p := w.wait(t.Context(), owner, w.request(cmd))
		time.Sleep(time.Minute)
		began := time.Now()
		cmd.Stream("stdout").Put(whole("one"))
		a, err := p.ended()
		require.NoError(t, err)
		w.assertTexts(a, "one")
		assert.Zero(t, time.Since(began))
	})
}

// TestWaitingReceiveEnds: with what, and that nothing is lost by it.
func TestWaitingReceiveEnds(t *testing.T) {
	cause := errors.New("killed")
	tests := map[string]struct {
		end    func(w *world, cancel func())
		want   error
		client shell.Client
		gone   bool
	}{
		"deadline":   {func(*world, func()) { time.Sleep(time.Hour) }, shell.ErrTimedOut, owner, false},
		"cancelled":  {func(_ *world, cancel func()) { cancel() }, context.Canceled, owner, false},
		"Disconnect": {func(w *world, _ func()) { w.disconnect(); w.reconnect() }, shell.ErrStreamDisconnected, owner, false},
		"Disconnect, Connect": {func(w *world, _ func()) { w.disconnect(); w.connect(other) },
			shell.ErrStreamDisconnected, other, false},
		"Close":      {func(w *world, _ func()) { assert.NoError(w.t, w.sh.Close(owner)) }, shell.ErrClosed, owner, true},
		"Close all":  {func(w *world, _ func()) { w.dir.Close() }, shell.ErrClosed, owner, true},
		"the engine": {func(w *world, _ func()) { w.sh.Ended(cause) }, cause, owner, false},
		"terminate": {func(w *world, _ func()) {
			list, err := w.sh.Commands(owner)
			require.NoError(w.t, err)
			require.NoError(w.t, w.sh.Signal(w.t.Context(), owner, list[0].ID, shell.SignalTerminate))
		}, shell.ErrClosed, owner, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stdout").Put(whole("zero"))
				w.receive(owner, cmd)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				p := w.wait(ctx, owner, w.request(cmd))
				test.end(w, cancel)
				a, err := p.ended()
				require.ErrorIs(t, err, test.want)
				assert.Nil(t, a)
				cmd.Stream("stdout").Put(whole("one"))
				if test.gone {
					w.empty()
					return
				}
				w.assertTexts(w.receive(test.client, cmd), "one")
			})
		})
	}
}

// TestEndedByItself: output that is there is given before the reason.
func TestEndedByItself(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cause := errors.New("killed")
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("last words"))
		w.sh.Ended(cause)
		w.sh.Ended(errors.New("again"))
		w.assertTexts(w.receive(owner, cmd), "last words")
		_, err := w.ask(owner, w.request(cmd))
		want := &shell.EndedError{ShellID: w.sh.ID(), Cause: cause}
		assert.Equal(t, want, err)
		assert.ErrorIs(t, err, cause)
		_, err = w.sh.Command(t.Context(), owner, "", &shell.CommandRequest{})
		assert.Equal(t, want, err)
		assert.Equal(t, want, w.sh.Send(t.Context(), owner, "", shell.Input{}))
		assert.Equal(t, want, w.sh.Signal(t.Context(), owner, cmd.ID(), shell.SignalStop))
		cmd.Stream("stdout").Put(whole("late"))
		w.disconnect()
		w.reconnect()
		require.NoError(t, w.sh.ReconnectCommand(t.Context(), owner, cmd.ID()))
		w.assertTexts(w.receive(owner, cmd), "late")
	})
}

// TestSuperseded: a newer Receive takes the place of the one that waits, which
// takes nothing with it, however the two are woken.
func TestSuperseded(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		r := w.request(cmd)
		first := w.wait(t.Context(), owner, r)
		second := w.wait(t.Context(), owner, r) // the same request again
		_, err := first.ended()
		require.ErrorIs(t, err, shell.ErrTimedOut)
		third := w.wait(t.Context(), owner, w.request(cmd))
		_, err = second.ended()
		require.ErrorIs(t, err, shell.ErrTimedOut)
		assert.False(t, third.returned())
		cmd.Stream("stdout").Put(whole("one"))
		a, err := third.ended()
		require.NoError(t, err)
		w.assertTexts(a, "one")
	})
}

// TestSupersededAndWoken: output has woken the old Receive, but the new one is
// there before it runs: it must take nothing any more.
func TestSupersededAndWoken(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that the old one runs last
	met := 0
	for range 100 {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			first := w.wait(ctx, owner, w.request(cmd))
			cmd.Stream("stdout").Put(whole("one"))
			a, err := w.ask(owner, w.request(cmd))
			if err != nil { // the old one was first after all
				require.ErrorIs(t, err, shell.ErrTimedOut)
				return
			}
			met++
			cmd.Stream("stdout").Put(whole("two"))
			_, err = first.ended()
			require.ErrorIs(t, err, shell.ErrTimedOut)
			a.Written(errWrite)
			w.assertTexts(w.receive(owner, cmd), "one", "two")
		})
	}
	assert.NotZero(t, met, "the new one never was in time")
}

// TestOldReceiveTakesNothingFromANewClient: the Receive of the client before
// has not yet seen the Disconnect when the next client is there.
func TestOldReceiveTakesNothingFromANewClient(t *testing.T) {
	for range 50 {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			old := w.wait(t.Context(), owner, w.request(cmd))
			w.disconnect()
			w.connect(other)
			cmd.Stream("stdout").Put(whole("one"))
			_, err := old.ended()
			require.ErrorIs(t, err, shell.ErrStreamDisconnected)
			w.assertTexts(w.receive(other, cmd), "one")
		})
	}
}

// TestGatheringReceiveTakesNothingFromANewClient: it has found something, but
// the next client is there before it takes it.
func TestGatheringReceiveTakesNothingFromANewClient(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that the old one runs last
	met := 0
	for range 20 {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			cmd.Stream("stdout").Put(classed(shell.ClassDrop, "zero"))
			w.receive(owner, cmd)
			cmd.Stream("stdout").Put(classed(shell.ClassDrop, "one"))
			old := w.wait(t.Context(), owner, w.request(cmd))
			w.disconnect()
			w.connect(other)
			a, err := old.ended()
			if err == nil { // it was first after all
				w.assertTexts(a, "one")
			} else {
				met++
				require.ErrorIs(t, err, shell.ErrStreamDisconnected)
			}
			w.assertTexts(w.receive(other, cmd), "one")
		})
	}
	assert.NotZero(t, met, "the new client never was in time")
}

// TestDisconnectGivesWhatIsThere: a Receive that gathers has found something.
func TestDisconnectGivesWhatIsThere(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "zero"))
		w.receive(owner, cmd)
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "one"))
		p := w.wait(t.Context(), owner, w.request(cmd))
		require.False(t, p.returned())
		w.disconnect()
		a, err := p.ended()
		require.NoError(t, err)
		w.assertTexts(a, "one")
		w.reconnect()
		w.nothing(owner, cmd)
	})
}

// TestClosedWhileGathering: a command that has ended is not said to be done
// when its last output was thrown away with the shell.
func TestClosedWhileGathering(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "zero"))
		w.receive(owner, cmd)
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "one"))
		p := w.wait(t.Context(), owner, w.request(cmd))
		go cmd.Finish(0)
		require.NoError(t, w.sh.Close(owner))
		a, err := p.ended()
		if err == nil {
			w.assertTexts(a, "one") // it was first
			return
		}
		require.ErrorIs(t, err, shell.ErrClosed)
	})
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "zero"))
		w.receive(owner, cmd)
		cmd.Stream("stdout").Put(classed(shell.ClassDrop, "one"))
		w.wait(t.Context(), owner, w.request(cmd))
		p := w.wait(t.Context(), owner, w.request(cmd)) // gathers
		require.NoError(t, w.sh.Close(owner))
		cmd.Finish(0)
		_, err := p.ended()
		require.ErrorIs(t, err, shell.ErrClosed)
	})
}

// TestReceiveWithEndedContext gives what is there, and takes nothing else.
func TestReceiveWithEndedContext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.sh.Receive(ctx, owner, w.request(cmd))
		require.ErrorIs(t, err, context.Canceled)
		cmd.Stream("stdout").Put(whole("one"))
		a, err := w.sh.Receive(ctx, owner, w.request(cmd))
		require.NoError(t, err)
		w.assertTexts(a, "one")
	})
}

// TestReceivesOfTwoCommands do not disturb each other.
func TestReceivesOfTwoCommands(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		one, two := w.command(), w.command()
		p, q, own := w.wait(t.Context(), owner, w.request(one)), w.wait(t.Context(), owner, w.request(two)), w.wait(t.Context(), owner, w.request(nil))
		two.Stream("stdout").Put(whole("two"))
		a, err := q.ended()
		require.NoError(t, err)
		w.assertTexts(a, "two")
		synctest.Wait()
		assert.False(t, p.returned())
		assert.False(t, own.returned())
		one.Finish(3)
		a, err = p.ended()
		require.NoError(t, err)
		assert.Equal(t, shell.CommandDone, a.State)
		w.sh.Stream("stdout").Put(whole("own"))
		a, err = own.ended()
		require.NoError(t, err)
		assert.Empty(t, a.CommandID)
		assert.Empty(t, a.State)
	})
}
