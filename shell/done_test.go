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

// TestCommandStates: what an answer says of its command, in both kinds of
// shell.
func TestCommandStates(t *testing.T) {
	type answer struct {
		texts []string
		ends  []string
		state shell.CommandState
		code  int
	}
	tests := map[string]struct {
		do      func(c *shell.Command)
		room    int
		pwsh    answer
		console answer
	}{
		"output": {func(c *shell.Command) { c.Stream("stdout").Put(whole("x")) }, 100,
			answer{texts: []string{"x"}}, answer{texts: []string{"x"}, state: shell.CommandRunning}},
		"end": {func(c *shell.Command) { c.Finish(3) }, 100,
			answer{state: shell.CommandDone, code: 3},
			answer{ends: []string{"stdout", "stderr"}, state: shell.CommandDone, code: 3}},
		"output and end": {func(c *shell.Command) { c.Stream("stdout").Put(whole("x")); c.Finish(1) }, 100,
			answer{texts: []string{"x"}, state: shell.CommandDone, code: 1},
			answer{texts: []string{"x"}, ends: []string{"stdout", "stderr"}, state: shell.CommandDone, code: 1}},
		"more output than fits, and end": {func(c *shell.Command) {
			c.Stream("stdout").Put(whole("123"))
			c.Stream("stdout").Put(whole("456"))
			c.Finish(0)
		}, 20, answer{texts: []string{"123"}}, answer{texts: []string{"123"}, state: shell.CommandRunning}},
		"waits for its client": {func(c *shell.Command) { c.SetPending(true); c.Stream("stdout").Put(whole("call")) }, 100,
			answer{texts: []string{"call"}, state: shell.CommandPending}, answer{texts: []string{"call"}, state: shell.CommandPending}},
		"waits no more": {func(c *shell.Command) { c.SetPending(true); c.SetPending(false); c.Stream("stdout").Put(whole("x")) }, 100,
			answer{texts: []string{"x"}}, answer{texts: []string{"x"}, state: shell.CommandRunning}},
		"ended while it waited": {func(c *shell.Command) { c.SetPending(true); c.Finish(2); c.Finish(7); c.SetPending(true) }, 100,
			answer{state: shell.CommandDone, code: 2},
			answer{ends: []string{"stdout", "stderr"}, state: shell.CommandDone, code: 2}},
		"no room for the ends": {func(c *shell.Command) { c.Stream("stdout").Put(whole("x")); c.Finish(0) }, 35,
			answer{texts: []string{"x"}, state: shell.CommandDone}, answer{texts: []string{"x"}, state: shell.CommandRunning}},
	}
	for name, test := range tests {
		for kind, change := range map[string]func(*shell.Configuration){"pwsh": func(*shell.Configuration) {}, "console": console} {
			want := test.pwsh
			if kind == "console" {
				want = test.console
			}
			t.Run(name+", "+kind, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					cmd := w.command()
					test.do(cmd)
					r := w.request(cmd)
					r.Room, r.Overhead = test.room, 15
					a, err := w.ask(owner, r)
					require.NoError(t, err)
					got := answer{texts: texts(t, a), state: a.State, code: a.ExitCode}
					for _, p := range a.Parts {
						if p.End {
							got.ends = append(got.ends, p.Stream)
						}
					}
					assert.Equal(t, want, got)
				}, change)
			})
		}
	}
}

// TestDoneAfterAllOutput: however small the answers are.
func TestDoneAfterAllOutput(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		for range 10 {
			cmd.Stream("stdout").Put(whole("abc"))
			cmd.Stream("stderr").Put(whole("def"))
		}
		cmd.Finish(0)
		n := 0
		for {
			r := w.request(cmd)
			r.Room = 8
			a, err := w.ask(owner, r)
			require.NoError(t, err)
			n += len(texts(t, a))
			if a.State == shell.CommandDone {
				break
			}
		}
		assert.Equal(t, 20, n)
		w.nothingButDone(cmd)
		w.empty()
	}, console)
}

// nothingButDone checks that the end is told and nothing else.
func (w *world) nothingButDone(cmd *shell.Command) {
	w.t.Helper()
	a := w.receive(owner, cmd)
	assert.Empty(w.t, texts(w.t, a))
	assert.Equal(w.t, shell.CommandDone, a.State)
}

// listed are the commands that can still be fetched from.
func (w *world) listed() int {
	w.t.Helper()
	list, err := w.sh.Commands(owner)
	require.NoError(w.t, err)
	return len(list)
}

// TestForgotten: when a command whose end was told is gone.
func TestForgotten(t *testing.T) {
	confirm := func(w *world, cmd *shell.Command) { w.receive(owner, cmd) }
	tests := map[string]struct {
		do   func(w *world, cmd *shell.Command)
		gone bool
	}{
		"told":                               {func(*world, *shell.Command) {}, false},
		"told, Command":                      {func(w *world, _ *shell.Command) { w.command() }, false},
		"told, Command at 30 s":              {func(w *world, _ *shell.Command) { time.Sleep(shell.DoneRetry); w.command() }, false},
		"told, Command after 30 s":           {func(w *world, _ *shell.Command) { time.Sleep(shell.DoneRetry + 1); w.command() }, true},
		"confirmed":                          {confirm, false},
		"confirmed, Command":                 {func(w *world, c *shell.Command) { confirm(w, c); w.command() }, true},
		"told, Disconnect":                   {func(w *world, _ *shell.Command) { w.disconnect(); w.reconnect() }, true},
		"told, lost, Reconnect":              {func(w *world, _ *shell.Command) { w.bring(shell.Lost); w.reconnect() }, false},
		"told, lost, Reconnect, 2 Commands":  {func(w *world, _ *shell.Command) { w.bring(shell.Lost); w.reconnect(); w.command(); w.command() }, false},
		"terminate":                          {func(w *world, c *shell.Command) { w.terminate(c) }, true},
		"ctrl_c after the end releases too":  {func(w *world, c *shell.Command) { w.signal(c, shell.SignalCtrlC) }, true},
		"many more were told":                {func(w *world, _ *shell.Command) { w.finishMany(shell.MaxDone) }, true},
		"as many were told as are kept":      {func(w *world, _ *shell.Command) { w.finishMany(shell.MaxDone - 1) }, false},
		"a later one is no retry of another": {func(w *world, _ *shell.Command) { w.command(); w.command(); w.command() }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Finish(5)
				r := w.request(cmd)
				a, err := w.ask(owner, r)
				require.NoError(t, err)
				require.Equal(t, shell.CommandDone, a.State)
				test.do(w, cmd)
				b, err := w.ask(owner, r)
				if test.gone {
					var none *shell.NotFoundError
					require.ErrorAs(t, err, &none)
					assert.Equal(t, cmd.ID(), none.CommandID)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, shell.CommandDone, b.State)
				assert.Equal(t, 5, b.ExitCode)
			})
		})
	}
}

func (w *world) signal(cmd *shell.Command, s shell.Signal) {
	w.t.Helper()
	require.NoError(w.t, w.sh.Signal(w.t.Context(), owner, cmd.ID(), s))
}

func (w *world) terminate(cmd *shell.Command) { w.t.Helper(); w.signal(cmd, shell.SignalTerminate) }

// finishMany starts n commands and is told their ends, then starts another.
func (w *world) finishMany(n int) {
	w.t.Helper()
	for range n {
		cmd := w.command()
		cmd.Finish(0)
		w.receive(owner, cmd)
	}
	w.command()
}

// TestNotForgotten: a command with output that nobody has, told or not.
func TestNotForgotten(t *testing.T) {
	t.Run("end not told", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			cmd.Stream("stdout").Put(whole("x"))
			cmd.Finish(0)
			time.Sleep(time.Hour)
			synctest.Wait()
			w.command()
			w.disconnect()
			w.reconnect()
			a := w.receive(owner, cmd)
			w.assertTexts(a, "x")
			assert.Equal(t, shell.CommandDone, a.State)
		})
	})
	for name, later := range map[string]func(w *world){
		"Command":    func(w *world) { time.Sleep(time.Minute); w.command() },
		"Disconnect": func(w *world) { w.disconnect(); w.reconnect() },
	} {
		t.Run("end told on one stream, "+name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stderr").Put(whole("x"))
				cmd.Finish(0)
				r := w.request(cmd)
				r.Streams = []string{"stdout"}
				for range 2 { // the second confirms the first
					r.Key = w.key()
					a, err := w.ask(owner, r)
					require.NoError(t, err)
					require.Equal(t, shell.CommandDone, a.State)
				}
				assert.Equal(t, 1, w.listed())
				later(w)
				w.assertTexts(w.receive(owner, cmd), "x")
			}, twoStreams)
		})
	}
}

// TestEndNotWritten: it is told again.
func TestEndNotWritten(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("x"))
		cmd.Finish(0)
		w.receive(owner, cmd).Written(errWrite)
		w.disconnect() // forgets only what was told
		w.reconnect()
		a := w.receive(owner, cmd)
		w.assertTexts(a, "x")
		assert.Equal(t, shell.CommandDone, a.State)
	})
}

// TestEndForANewClient: told to nobody, or to one that did not confirm it.
func TestEndForANewClient(t *testing.T) {
	for name, told := range map[string]bool{"told": true, "not told": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stdout").Put(whole("x"))
				cmd.Finish(4)
				if told {
					w.receive(owner, cmd)
				}
				time.Sleep(robust)
				synctest.Wait()
				w.connect(other)
				assert.Equal(t, 1, w.listed())
				a := w.receive(other, cmd)
				w.assertTexts(a, "x")
				assert.Equal(t, shell.CommandDone, a.State)
				assert.Equal(t, 4, a.ExitCode)
			})
		})
	}
}

// TestListed: until the end is confirmed.
func TestListed(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd, err := w.sh.Command(t.Context(), owner, shape, &shell.CommandRequest{Line: "Get-Date"})
		require.NoError(t, err)
		assert.Equal(t, "Get-Date", cmd.Line())
		list, err := w.sh.Commands(admin)
		require.NoError(t, err)
		assert.Equal(t, []shell.CommandInfo{{ID: cmd.ID(), Line: "Get-Date"}}, list)
		cmd.Finish(0)
		assert.Equal(t, 1, w.listed())
		w.receive(owner, cmd)
		assert.Equal(t, 1, w.listed())
		w.receive(owner, cmd)
		assert.Zero(t, w.listed())
	})
}

// TestCommandThatDoesNotStart leaves nothing.
func TestCommandThatDoesNotStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		refusal := &shell.PluginError{Code: 2, Message: "not found", Cause: errors.New("no such file")}
		w.again(func(p *shelltest.Plugin) { p.CommandFunc = failing(refusal) })
		_, err := w.sh.Command(t.Context(), owner, shape, &shell.CommandRequest{})
		assert.Equal(t, refusal, err)
		assert.ErrorIs(t, err, refusal.Cause)
		assert.Zero(t, w.listed())
		assert.Zero(t, w.sh.Remembered())
		w.empty()
		_, err = w.sh.Command(t.Context(), owner, shape, &shell.CommandRequest{})
		assert.Equal(t, refusal, err, "the identifier is free again")
	})
}

// TestForgottenCommandIsReleased: a Signal to one that was forgotten succeeds
// and does nothing; to one that its client has released itself it is refused.
func TestForgottenCommandIsReleased(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd, released := w.command(), w.command()
		w.terminate(released)
		cmd.Finish(0)
		w.receive(owner, cmd)
		w.receive(owner, cmd)
		w.command()
		require.Equal(t, 1, w.sh.Remembered())
		before := len(w.plugin.Last().Calls())
		w.terminate(cmd)
		assert.Len(t, w.plugin.Last().Calls(), before, "the plug-in was asked")
		for _, id := range []string{released.ID(), shape} {
			err := w.sh.Signal(t.Context(), owner, id, shell.SignalTerminate)
			assert.Equal(t, &shell.NotFoundError{ShellID: w.sh.ID(), CommandID: id}, err)
		}
	})
}

// TestConsoleCommandsAreNotForgotten: their clients release each by a Signal.
func TestConsoleCommandsAreNotForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Finish(0)
		w.receive(owner, cmd)
		w.nothingButDone(cmd)
		time.Sleep(time.Minute)
		w.command()
		w.nothingButDone(cmd)
		w.finishMany(shell.MaxDone)
		_, err := w.ask(owner, w.request(cmd))
		var none *shell.NotFoundError
		require.ErrorAs(t, err, &none, "too many")
	}, console)
}
