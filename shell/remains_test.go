package shell_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

var errKilled = errors.New("its process was killed")

// killed is what the next process makes of what this one has left in its
// spool.
func (w *world) killed() (*world, error) {
	w.t.Helper()
	synctest.Wait()
	next := &world{t: w.t, plugin: &shelltest.Plugin{Spool: w.plugin.Spool}, dir: shell.NewDirectory()}
	cfg := *w.cfg
	cfg.Plugin = next.plugin
	next.cfg = &cfg
	var err error
	next.sh, err = next.dir.Restore(next.cfg, next.plugin.Spool, errKilled)
	w.t.Cleanup(next.dir.Close)
	return next, err
}

// TestRemains: what a finished command has left is there after the process was
// killed, once nobody was attached.
func TestRemains(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		done, running := w.command(), w.command()
		putAll(done, numbered(1, 30))
		putAll(running, numbered(1, 30))
		w.receive(owner, done) // not confirmed
		require.NoError(t, w.sh.Disconnect(t.Context(), owner, shell.DisconnectRequest{IdleTimeout: time.Hour}))
		done.Finish(3)
		time.Sleep(10 * time.Minute)
		next, err := w.killed()
		require.NoError(t, err)

		info, err := next.sh.Info(owner)
		require.NoError(t, err)
		assert.Equal(t, "Disconnected", info.State.String())
		assert.Equal(t, time.Hour, info.IdleTimeout)
		assert.Equal(t, 10*time.Minute, info.Inactivity, "the clock has gone on")
		assert.Equal(t, 10*time.Minute, info.RunTime)
		assert.Equal(t, w.sh.ID(), info.ShellID)
		commands, err := next.sh.Commands(owner)
		require.NoError(t, err)
		assert.Len(t, commands, 2)

		assert.Error(t, next.sh.Reconnect(t.Context(), bob, nil), "it is still its owner's")
		next.connect(other)
		a := next.receive(other, done)
		next.assertTexts(a, numbered(1, 30)...)
		assert.Equal(t, shell.CommandDone, a.State)
		assert.Equal(t, 3, a.ExitCode)
		_, err = next.ask(other, next.request(running))
		assert.ErrorIs(t, err, errKilled)
		_, err = next.sh.Command(t.Context(), other, "", &shell.CommandRequest{})
		assert.ErrorIs(t, err, errKilled)
		assert.ErrorIs(t, next.sh.Send(t.Context(), other, running.ID(), shell.Input{}), errKilled)
		assert.ErrorIs(t, next.sh.Signal(t.Context(), other, running.ID(), shell.SignalTerminate), errKilled)
		assert.ErrorIs(t, next.sh.Signal(t.Context(), other, done.ID(), shell.SignalCtrlC), errKilled)
		require.Error(t, next.sh.Signal(t.Context(), bob, done.ID(), shell.SignalTerminate))
		require.NoError(t, next.sh.Signal(t.Context(), other, done.ID(), shell.SignalTerminate))
		assert.Equal(t, 1, next.sh.Remembered())
		require.NoError(t, next.sh.Close(other))
	}, spooling)
}

// TestRemainsIdle: the idle clock of a restored shell ends it in time.
func TestRemainsIdle(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 3))
		w.disconnect()
		cmd.Finish(0)
		time.Sleep(idle - time.Minute)
		next, err := w.killed()
		require.NoError(t, err)
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		assert.Len(t, next.dir.List(owner), 1)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.Empty(t, next.dir.List(owner))
	}, spooling)
}

// TestNoRemains: where a client was attached, or nothing had finished, nothing
// is left.
func TestNoRemains(t *testing.T) {
	tests := map[string]func(w *world, cmd *shell.Command){
		"attached":     func(w *world, cmd *shell.Command) { cmd.Finish(0) },
		"running":      func(w *world, cmd *shell.Command) { w.disconnect() },
		"connected to": func(w *world, cmd *shell.Command) { w.disconnect(); cmd.Finish(0); synctest.Wait(); w.connect(other) },
		"reconnected":  func(w *world, cmd *shell.Command) { w.disconnect(); cmd.Finish(0); synctest.Wait(); w.reconnect() },
		"back from being lost": func(w *world, cmd *shell.Command) {
			cmd.Finish(0)
			time.Sleep(robust)
			synctest.Wait()
			w.receive(owner, cmd)
		},
		"no room": func(w *world, cmd *shell.Command) {
			w.plugin.Spool.SetFull(true)
			w.disconnect()
			cmd.Finish(0)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				putAll(cmd, numbered(1, 3))
				test(w, cmd)
				_, err := w.killed()
				assert.Error(t, err)
			}, spooling)
		})
	}
}

// TestRemainsOfLost: a client that has gone without a word leaves them too.
func TestRemainsOfLost(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 3))
		cmd.Finish(0)
		time.Sleep(robust)
		next, err := w.killed()
		require.NoError(t, err)
		next.connect(other)
		next.assertTexts(next.receive(other, cmd), numbered(1, 3)...)
	}, spooling)
}

// TestRemainsUnreadable: what is not found or not readable is dropped and
// counted; the rest comes.
func TestRemainsUnreadable(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		putAll(cmd, numbered(1, 3))
		w.disconnect()
		cmd.Finish(0)
		synctest.Wait()
		w.plugin.Spool.Break()
		next, err := w.killed()
		require.NoError(t, err)
		next.connect(other)
		a := next.receive(other, cmd)
		assert.Empty(t, texts(t, a))
		assert.Equal(t, shell.CommandDone, a.State)
		assert.EqualValues(t, 3, next.info().DroppedMessages)
	}, spooling)
	for _, index := range []string{"{", "[]", `{"Spec":{"ShellID":"x"},"Commands":[{"Streams":[{"Name":"stdout","Objects":[{"Pieces":["x","y"]}]}]}]}`} {
		bubble(t, func(t *testing.T, w *world) {
			require.NoError(t, w.plugin.Spool.SaveIndex([]byte(index)))
			next, err := w.killed()
			if err == nil {
				info, err := next.sh.Info(admin)
				require.NoError(t, err)
				assert.EqualValues(t, 1, info.DroppedMessages)
			}
		}, spooling)
	}
}
