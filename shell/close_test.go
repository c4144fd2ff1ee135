package shell_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// TestCloseWaitsForTheInstance, gives it CloseTimeout, and is done once.
func TestCloseWaitsForTheInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.again(func(p *shelltest.Plugin) {
			p.CloseFunc = func(ctx context.Context, _ *shelltest.Instance) error {
				<-ctx.Done()
				return ctx.Err()
			}
		})
		began := time.Now()
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			assert.NoError(t, w.sh.Close(owner))
		}()
		synctest.Wait()
		_, err := w.ask(owner, w.request(nil))
		var none *shell.NotFoundError
		require.ErrorAs(t, err, &none, "nothing is done to a shell that is being closed")
		require.NoError(t, w.sh.Close(admin)) // waits for the other
		<-closed
		assert.Equal(t, shell.CloseTimeout, time.Since(began))
		require.NoError(t, w.sh.Close(owner))
		assert.Len(t, w.plugin.Last().Calls(), 1)
		assert.Empty(t, w.dir.List(admin))
	})
}

// TestCloseThrowsAway what was not fetched, and what still comes.
func TestCloseThrowsAway(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("before"))
		w.sh.Stream("stdout").Put(whole("before"))
		require.NoError(t, w.sh.Close(owner))
		cmd.Stream("stdout").Put(whole("after"))
		w.sh.Stream("stdout").PutFirst(whole("after"))
		cmd.Finish(0)
		w.empty()
	})
}

// TestCommandOnAClosingShell: admitted before, it finds the shell closed, and
// no command is left in it to gather output.
func TestCommandOnAClosingShell(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		require.NoError(t, w.sh.Close(owner))
		var none *shell.NotFoundError
		require.ErrorAs(t, w.sh.AddCommand(), &none)
		assert.Zero(t, w.sh.Remembered())
	})
}

// TestDirectoryClose ends all shells at the same time, and no new one is made.
func TestDirectoryClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.again(func(p *shelltest.Plugin) {
			p.CloseFunc = func(context.Context, *shelltest.Instance) error {
				time.Sleep(time.Second)
				return nil
			}
		})
		for i := range 10 {
			require.NoError(t, w.create(fmt.Sprint(i)))
		}
		began := time.Now()
		w.dir.Close()
		assert.Equal(t, time.Second, time.Since(began))
		for _, i := range w.plugin.Instances() {
			<-i.Closed()
		}
		assert.ErrorIs(t, w.create("x"), shell.ErrClosed)
		assert.Empty(t, w.dir.List(admin))
		w.dir.Close()
	})
}

// TestDirectoryCloseEndsWhatIsBeingMade: when Close has returned nothing is
// left, whether the start obeyed its context or came to its end.
func TestDirectoryCloseEndsWhatIsBeingMade(t *testing.T) {
	for name, obeys := range map[string]bool{"obeys": true, "goes on": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				require.NoError(t, w.sh.Close(owner))
				w.plugin.OpenFunc = func(ctx context.Context, _ *shelltest.Instance) error {
					select {
					case <-ctx.Done():
					case <-time.After(time.Hour):
						return errors.New("its context did not end")
					}
					if obeys {
						return ctx.Err()
					}
					time.Sleep(time.Second)
					return nil
				}
				errs := make(chan error, 1)
				go func() {
					_, err := w.dir.Create(t.Context(), w.spec())
					errs <- err
				}()
				synctest.Wait()
				w.dir.Close()
				if !obeys {
					<-w.plugin.Last().Closed()
				}
				require.Len(t, errs, 1, "Close returned before Create")
				require.Error(t, <-errs)
				assert.Empty(t, w.dir.List(admin))
			})
		})
	}
}

// TestDirectoryCloseWithCreates: every instance that was opened is closed.
func TestDirectoryCloseWithCreates(t *testing.T) {
	for range 50 {
		w := newWorld(t)
		race(func(i int) {
			if i == 0 {
				w.dir.Close()
				return
			}
			if err := w.create(fmt.Sprint(i)); err != nil {
				assert.ErrorIs(t, err, shell.ErrClosed)
			}
		}, 8)
		for _, i := range w.plugin.Instances() {
			select {
			case <-i.Closed():
			default:
				require.Fail(t, "an instance was left")
			}
		}
	}
}

// TestCloseWithEverything: all operations at once, with the race detector.
func TestCloseWithEverything(t *testing.T) {
	for range 30 {
		w := newWorld(t, twoStreams)
		cmd := w.command()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		do := []func(){
			func() { _ = w.sh.Close(owner) },
			func() { _, _ = w.sh.Receive(ctx, owner, w.receiveOf(cmd, "1")) },
			func() { _, _ = w.sh.Receive(ctx, owner, w.receiveOf(cmd, "2")) },
			func() { _, _ = w.sh.Receive(ctx, owner, w.receiveOf(nil, "3")) },
			func() { _ = w.sh.Send(ctx, owner, cmd.ID(), shell.Input{}) },
			func() { _, _ = w.sh.Command(ctx, owner, "", &shell.CommandRequest{}) },
			func() { _ = w.sh.Signal(ctx, owner, cmd.ID(), shell.SignalTerminate) },
			func() { _ = w.sh.Disconnect(ctx, owner, shell.DisconnectRequest{BufferMode: ptr(shell.Drop)}) },
			func() { _ = w.sh.Reconnect(ctx, owner, ptr(shell.Block)) },
			func() { _, _ = w.sh.Connect(ctx, other, nil, shell.Data{}) },
			func() { cmd.Stream("stdout").Put(whole("x")); cmd.Finish(0) },
			func() { w.sh.WaitRoom(); w.sh.Expect()() },
			func() { _, _ = w.sh.Info(admin); _, _ = w.sh.Commands(admin); w.dir.List(admin) },
			func() { w.sh.Ended(errWrite) },
		}
		race(func(i int) { do[i]() }, len(do))
		cancel()
		<-w.sh.Done()
		w.empty()
	}
}

// receiveOf is a request with a key of its own.
func (w *world) receiveOf(cmd *shell.Command, key string) shell.ReceiveRequest {
	r := shell.ReceiveRequest{Streams: []string{"stdout"}, Key: shell.Key{MessageID: key}, Room: 100}
	if cmd != nil {
		r.CommandID = cmd.ID()
	}
	return r
}
