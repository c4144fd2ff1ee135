package shell_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// half is room for 40 bytes as base64 text.
const half = 56

// long is an object of two pieces of 40 bytes each.
func long(id uint64) (first, second string, pieces []shell.Piece) {
	first, second = string(make([]byte, 39))+"1", string(make([]byte, 39))+"2"
	return first, second, []shell.Piece{piece(id, first, false), piece(id, second, true)}
}

// TestComesAgain: what the client has of one whole object and half of a second
// when something happens, and what comes then.
func TestComesAgain(t *testing.T) {
	first, second, pieces := long(9)
	again := []string{"whole", first, second}
	goesOn := []string{second}
	lose := func(w *world) { time.Sleep(robust); synctest.Wait() }
	tests := map[string]struct {
		do        func(w *world, cmd *shell.Command)
		client    shell.Client
		confirmed []string // the answer before was confirmed
		handed    []string // it was not
	}{
		"Disconnect, Reconnect": {func(w *world, _ *shell.Command) { w.disconnect(); w.reconnect() }, owner, goesOn, goesOn},
		"Disconnect, Connect": {func(w *world, _ *shell.Command) { w.disconnect(); w.connect(other) }, other,
			[]string{first, second}, again},
		"silence, use":       {func(w *world, _ *shell.Command) { lose(w) }, owner, goesOn, goesOn},
		"silence, Reconnect": {func(w *world, _ *shell.Command) { lose(w); w.reconnect() }, owner, goesOn, again},
		"silence, Connect":   {func(w *world, _ *shell.Command) { lose(w); w.connect(other) }, other, []string{first, second}, again},
		"silence, Disconnect, Reconnect": {func(w *world, _ *shell.Command) { lose(w); w.disconnect(); w.reconnect() },
			owner, goesOn, goesOn},
		"connection cut elsewhere, Reconnect": {func(w *world, _ *shell.Command) { w.cut(nil); w.reconnect() }, owner, goesOn, again},
		"Reconnect out of the blue":           {func(w *world, _ *shell.Command) { w.reconnect() }, owner, goesOn, goesOn},
		"twice connected": {func(w *world, cmd *shell.Command) {
			w.disconnect()
			w.connect(other)
			w.receive(other, cmd)
			require.NoError(w.t, w.sh.Disconnect(w.t.Context(), other, shell.DisconnectRequest{}))
			w.connect(owner)
		}, owner, []string{first, second}, again},
	}
	for name, test := range tests {
		for variant, want := range map[string][]string{"confirmed": test.confirmed, "handed": test.handed} {
			t.Run(name+", "+variant, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					cmd := w.command()
					out := cmd.Stream("stdout")
					out.Put(whole("whole"))
					for _, p := range pieces {
						out.Put(p)
					}
					r := w.request(cmd)
					r.Room = half + 8
					a, err := w.ask(owner, r)
					require.NoError(w.t, err)
					w.assertTexts(a, "whole", first)
					if variant == "confirmed" {
						r = w.request(cmd)
						r.Room = 0
						_, err = w.ask(owner, r)
						require.ErrorIs(w.t, err, shell.ErrTimedOut)
					}
					test.do(w, cmd)
					w.assertTexts(w.receive(test.client, cmd), want...)
					w.nothing(test.client, cmd)
					w.empty()
				})
			})
		}
	}
}

// cut has a Receive whose connection is cut.
func (w *world) cut(cmd *shell.Command) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	p := w.wait(ctx, owner, w.request(cmd))
	cancel()
	_, err := p.ended()
	require.ErrorIs(w.t, err, context.Canceled)
}

// TestLossIsOver: once its client has gone on reading a stream, a Reconnect
// that comes later repeats nothing of it.
func TestLossIsOver(t *testing.T) {
	tests := map[string]func(w *world, cmd *shell.Command){
		"silence":   func(*world, *shell.Command) { time.Sleep(robust); synctest.Wait() },
		"cut":       func(w *world, cmd *shell.Command) { w.cut(cmd) },
		"not wrote": func(w *world, cmd *shell.Command) { w.receive(owner, cmd).Written(errWrite) },
	}
	for name, loss := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				if name == "not wrote" {
					cmd.Stream("stdout").Put(whole("zero"))
				}
				loss(w, cmd)
				cmd.Stream("stdout").Put(whole("one"))
				w.receive(owner, cmd)
				w.reconnect()
				w.nothing(owner, cmd)
			})
		})
	}
	t.Run("asked again", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			cmd.Stream("stdout").Put(whole("one"))
			r := w.request(cmd)
			a, err := w.ask(owner, r)
			require.NoError(w.t, err)
			time.Sleep(robust)
			synctest.Wait()
			b, err := w.ask(owner, r)
			require.NoError(w.t, err)
			assert.Same(w.t, a, b)
			w.reconnect()
			w.nothing(owner, cmd)
		})
	})
	t.Run("old answer of the client before", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			cmd.Stream("stdout").Put(whole("one"))
			a := w.receive(owner, cmd)
			w.disconnect()
			w.connect(other)
			w.assertTexts(w.receive(other, cmd), "one")
			a.Written(errWrite)
			require.NoError(w.t, w.sh.Reconnect(w.t.Context(), other, nil))
			w.nothing(other, cmd)
		})
	})
}

// TestSessionObjects are for the client of their time.
func TestSessionObjects(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		own := w.sh.Stream("stdout")
		own.Put(classed(shell.ClassSession, "state"))
		own.Put(classed(shell.ClassKeep, "event"))
		w.receive(owner, nil)
		own.Put(classed(shell.ClassSession, "key"))
		own.Put(shell.Piece{Data: shell.BytesData([]byte("half")), Object: 3, Class: shell.ClassSession})
		w.disconnect()
		w.connect(other)
		own.Put(shell.Piece{Data: shell.BytesData([]byte("rest")), Object: 3, Class: shell.ClassSession, End: true})
		w.assertTexts(w.receive(other, nil), "event")
		w.nothing(other, nil)
		w.empty()
	})
	bubble(t, func(t *testing.T, w *world) { // the same client keeps them
		w.sh.Stream("stdout").Put(classed(shell.ClassSession, "state"))
		w.disconnect()
		w.reconnect()
		w.assertTexts(w.receive(owner, nil), "state")
	})
}

// TestLargeObjectIsNotKeptWhole: of one that alone fills the buffers the
// confirmed beginning is let go, so a new client does not get it.
func TestLargeObjectIsNotKeptWhole(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		for i := range 5 {
			cmd.Stream("stdout").Put(piece(1, string(make([]byte, 50)), false))
			w.receive(owner, cmd)
			used, kept := w.sh.Buffered()
			assert.Equal(t, 50, used)
			assert.LessOrEqual(t, kept, 100, "after %d pieces", i)
		}
		w.disconnect()
		w.connect(other)
		cmd.Stream("stdout").Put(piece(1, "rest", true))
		cmd.Stream("stdout").Put(whole("next"))
		w.assertTexts(w.receive(other, cmd), "next")
		assert.EqualValues(t, 1, w.info().DroppedMessages)
		w.nothing(other, cmd)
		w.empty()
	}, func(c *shell.Configuration) { c.BufferSize = 100 })
}

// TestGreeting: what the plug-in puts first is first, and a Connect that it
// refuses leaves the shell as it was.
func TestGreeting(t *testing.T) {
	errRefused := &shell.PluginError{Code: 0x80540FA3, Message: "no"}
	for name, refused := range map[string]bool{"agreed": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				connect := func(_ context.Context, i *shelltest.Instance, in shell.Data) (shell.Data, error) {
					out := i.Host().Stream("stdout")
					out.PutFirst(classed(shell.ClassSession, "private"), classed(shell.ClassSession, "opened"))
					out.Put(whole("newer"))
					if refused {
						return shell.Data{}, errRefused
					}
					return in, nil
				}
				w.again(func(p *shelltest.Plugin) { p.ConnectFunc = connect })
				own := w.sh.Stream("stdout")
				own.Put(classed(shell.ClassSession, "old state"))
				own.Put(classed(shell.ClassKeep, "old"))
				w.receive(owner, nil)
				own.Put(classed(shell.ClassSession, "old key"))
				w.disconnect()
				data, err := w.sh.Connect(w.t.Context(), other, nil, shell.BytesData([]byte("in")))
				if !refused {
					require.NoError(w.t, err)
					assert.Equal(w.t, "in", string(data.Raw()))
					w.assertTexts(w.receive(other, nil), "private", "opened", "old", "newer")
					w.nothing(other, nil)
					w.empty()
					return
				}
				require.ErrorIs(w.t, err, errRefused)
				assert.Equal(w.t, shell.Disconnected, w.info().State)
				assert.Equal(w.t, owner.Address, w.info().ClientIP)
				w.reconnect()
				w.assertTexts(w.receive(owner, nil), "old key", "newer")
				w.nothing(owner, nil)
				w.empty()
			})
		})
	}
}

// TestConnectCommand asks the plug-in, unless its instance has ended.
func TestConnectCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errNo := errors.New("no")
		w := newWorld(t).again(func(p *shelltest.Plugin) {
			p.ConnectFunc = func(context.Context, *shelltest.Instance, shell.Data) (shell.Data, error) { return shell.Data{}, nil }
			p.ConnectCommandFunc = func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command) error {
				cmd.Stream("stdout").PutFirst(whole("asked again"))
				return errNo
			}
		})
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("output"))
		w.disconnect()
		w.connect(other)
		require.ErrorIs(t, w.sh.ConnectCommand(t.Context(), other, cmd.ID()), errNo)
		w.assertTexts(w.receive(other, cmd), "asked again", "output")
		w.sh.Ended(errNo)
		require.NoError(t, w.sh.ConnectCommand(t.Context(), other, cmd.ID()))
		var none *shell.NotFoundError
		require.ErrorAs(t, w.sh.ConnectCommand(t.Context(), other, shape), &none)
	})
}

// TestDisconnectLetsOperationsFinish, and waits no longer than its client.
func TestDisconnectLetsOperationsFinish(t *testing.T) {
	for name, patient := range map[string]bool{"patient": true, "impatient": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t).again(func(p *shelltest.Plugin) {
					p.SendFunc = func(context.Context, *shelltest.Instance, *shell.Command, shell.Input) error {
						time.Sleep(time.Second)
						return nil
					}
				})
				sent := make(chan error)
				go func() { sent <- w.sh.Send(t.Context(), owner, "", shell.Input{}) }()
				synctest.Wait()
				limit := time.Second / 2
				if patient {
					limit = time.Minute
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				began := time.Now()
				require.NoError(t, w.sh.Disconnect(ctx, owner, shell.DisconnectRequest{}), "it is disconnected either way")
				assert.Equal(t, min(limit, time.Second), time.Since(began))
				require.NoError(t, <-sent)
				assert.Equal(t, shell.Disconnected, w.info().State)
			})
		})
	}
}

// TestOneOfTwoConnects wins.
func TestOneOfTwoConnects(t *testing.T) {
	for range 200 {
		w := newWorld(t)
		w.disconnect()
		clients := [2]shell.Client{other, {User: owner.User, Session: "uuid:DDDD"}}
		var errs [2]error
		race(func(i int) { _, errs[i] = w.sh.Connect(t.Context(), clients[i], nil, shell.Data{}) }, 2)
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		require.NoError(t, errs[winner])
		assertReason(t, errs[1-winner], shell.ReasonOtherClient)
		_, err := w.sh.Command(t.Context(), clients[winner], "", &shell.CommandRequest{})
		require.NoError(t, err)
		_, err = w.sh.Command(t.Context(), clients[1-winner], "", &shell.CommandRequest{})
		assertReason(t, err, shell.ReasonOtherClient)
		w.dir.Close()
	}
}
