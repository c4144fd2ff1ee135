package shell_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// dies checks that the shell lives until 1 ns before d from now and is gone
// with its instance at d.
func (w *world) dies(d time.Duration) {
	w.t.Helper()
	time.Sleep(d - 1)
	synctest.Wait()
	require.NotEqual(w.t, shell.Closed, w.info().State, "1 ns before")
	_, err := w.dir.Shell(w.sh.ID())
	require.NoError(w.t, err)
	time.Sleep(time.Nanosecond)
	synctest.Wait()
	require.Equal(w.t, shell.Closed, w.info().State, "at the limit")
	_, err = w.dir.Shell(w.sh.ID())
	var none *shell.NotFoundError
	require.ErrorAs(w.t, err, &none)
	select {
	case <-w.plugin.Last().Closed():
	default:
		assert.Fail(w.t, "the instance was not closed")
	}
	select {
	case <-w.sh.Done():
	default:
		assert.Fail(w.t, "the shell is not done")
	}
}

// loses checks that the shell is Connected until 1 ns before d from now and
// Lost at d.
func (w *world) loses(d time.Duration) {
	w.t.Helper()
	time.Sleep(d - 1)
	synctest.Wait()
	require.Equal(w.t, shell.Connected, w.info().State, "1 ns before")
	time.Sleep(time.Nanosecond)
	synctest.Wait()
	require.Equal(w.t, shell.Lost, w.info().State, "at the limit")
}

// TestIdleTimeout: when the clock starts, and how long it runs.
func TestIdleTimeout(t *testing.T) {
	drop := shell.Drop
	tests := map[string]struct {
		do   func(t *testing.T, w *world)
		dies time.Duration
	}{
		"from Create":                    {func(*testing.T, *world) {}, idle},
		"from the last request":          {func(_ *testing.T, w *world) { time.Sleep(time.Hour); w.command() }, idle},
		"from Disconnect, nothing runs":  {func(_ *testing.T, w *world) { time.Sleep(time.Minute); w.disconnect() }, idle},
		"from Disconnect, command runs":  {func(_ *testing.T, w *world) { w.command(); time.Sleep(time.Minute); w.disconnect() }, idle},
		"from Disconnect, output comes":  {func(_ *testing.T, w *world) { c := w.command(); w.disconnect(); c.Stream("stdout").Put(whole("x")) }, idle},
		"refused requests do not count":  {func(t *testing.T, w *world) { w.disconnect(); w.refusedFor(t, time.Hour) }, idle - time.Hour},
		"others' requests do not count":  {func(t *testing.T, w *world) { w.othersAskFor(t, time.Hour) }, idle - time.Hour},
		"Info and Commands do not count": {func(t *testing.T, w *world) { w.lookFor(t, time.Hour) }, idle - time.Hour},
		"a waiting Receive stops it":     {func(_ *testing.T, w *world) { w.hangFor(3 * idle) }, idle},
		"value at Disconnect, shorter":   {func(_ *testing.T, w *world) { w.disconnectFor(shell.MinIdleTimeout, nil) }, time.Minute},
		"value at Disconnect, longer":    {func(_ *testing.T, w *world) { w.disconnectFor(12*time.Hour, &drop) }, 12 * time.Hour},
		"Reconnect starts it anew": {func(_ *testing.T, w *world) {
			w.disconnect()
			time.Sleep(idle - 1)
			w.reconnect()
		}, idle},
		"Reconnect keeps the value": {func(_ *testing.T, w *world) {
			w.disconnectFor(time.Hour, nil)
			w.reconnect()
			assert.Equal(w.t, time.Hour, w.info().IdleTimeout)
		}, time.Hour},
		"Connect keeps the value": {func(_ *testing.T, w *world) {
			w.disconnectFor(time.Hour, nil)
			w.connect(other)
			assert.Equal(w.t, time.Hour, w.info().IdleTimeout)
		}, time.Hour},
		"a value of before is kept at a Disconnect without one": {func(_ *testing.T, w *world) {
			w.disconnectFor(time.Hour, nil)
			w.reconnect()
			w.disconnect()
		}, time.Hour},
		"from the last request before the loss": {func(_ *testing.T, w *world) {
			time.Sleep(robust)
			synctest.Wait()
			assert.Equal(w.t, shell.Lost, w.info().State)
		}, idle - robust},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				test.do(w.t, w)
				w.dies(test.dies)
			})
		})
	}
}

func (w *world) disconnectFor(d time.Duration, mode *shell.Mode) {
	w.t.Helper()
	require.NoError(w.t, w.sh.Disconnect(w.t.Context(), owner, shell.DisconnectRequest{IdleTimeout: d, BufferMode: mode}))
	assert.Equal(w.t, d, w.info().IdleTimeout)
}

// refusedFor asks in vain for d.
func (w *world) refusedFor(t *testing.T, d time.Duration) {
	time.Sleep(d)
	_, err := w.ask(owner, w.request(nil))
	assertReason(t, err, shell.ReasonDisconnected)
}

func (w *world) othersAskFor(t *testing.T, d time.Duration) {
	time.Sleep(d)
	for _, c := range []shell.Client{bob, admin} {
		_, err := w.sh.Command(t.Context(), c, "", &shell.CommandRequest{})
		require.Error(t, err)
	}
	assertReason(t, w.sh.Reconnect(t.Context(), other, nil), shell.ReasonOtherSession) // it is Lost by now
}

func (w *world) lookFor(t *testing.T, d time.Duration) {
	time.Sleep(d)
	assert.Equal(t, d, w.info().Inactivity)
	_, err := w.sh.Commands(owner)
	require.NoError(t, err)
	assert.NotEmpty(t, w.dir.List(owner))
	assert.Equal(t, d, w.info().Inactivity)
}

// hangFor has one Receive that waits for d.
func (w *world) hangFor(d time.Duration) {
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	p := w.wait(ctx, owner, w.request(nil))
	time.Sleep(d - 1)
	assert.Equal(w.t, shell.Connected, w.info().State)
	assert.Zero(w.t, w.info().Inactivity)
	time.Sleep(time.Nanosecond)
	_, err := p.ended()
	require.ErrorIs(w.t, err, shell.ErrTimedOut)
}

// TestIdleTimeoutAtCreate: the configuration's value, or the client's.
func TestIdleTimeoutAtCreate(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{0: idle, time.Minute: time.Minute, 12 * time.Hour: 12 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.sh.Close(owner))
			spec := w.spec()
			spec.IdleTimeout = asked
			sh, err := w.dir.Create(t.Context(), spec)
			require.NoError(t, err)
			w.sh = sh
			assert.Equal(t, want, w.info().IdleTimeout)
			w.dies(want)
		})
	}
}

// TestIdleTimeoutBounds: what is out of bounds is refused and changes nothing.
func TestIdleTimeoutBounds(t *testing.T) {
	for _, asked := range []time.Duration{-1, 1, time.Minute - time.Millisecond, 12*time.Hour + time.Millisecond} {
		bubble(t, func(t *testing.T, w *world) {
			want := &shell.IdleTimeoutError{Asked: asked, Min: time.Minute, Max: 12 * time.Hour}
			var bounds *shell.IdleTimeoutError
			err := w.sh.Disconnect(w.t.Context(), owner, shell.DisconnectRequest{IdleTimeout: asked})
			require.ErrorAs(w.t, err, &bounds)
			assert.Equal(w.t, want, bounds)
			assert.Equal(w.t, shell.Connected, w.info().State)
			assert.Equal(w.t, idle, w.info().IdleTimeout)

			spec := w.spec()
			spec.ShellID, spec.IdleTimeout = "", asked
			_, err = w.dir.Create(w.t.Context(), spec)
			require.ErrorAs(w.t, err, &bounds)
			assert.Equal(w.t, want, bounds)
			assert.Len(w.t, w.dir.List(owner), 1)
		})
	}
}

// TestLifetime ends a shell whatever its client does.
func TestLifetime(t *testing.T) {
	for name, busy := range map[string]bool{"silent": false, "waiting": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				require.NoError(t, w.sh.Close(owner))
				spec := w.spec()
				spec.Lifetime = time.Hour
				sh, err := w.dir.Create(t.Context(), spec)
				require.NoError(t, err)
				w.sh = sh
				var p *pendingReceive
				if busy {
					p = w.wait(t.Context(), owner, w.request(nil))
				}
				w.dies(time.Hour)
				if busy {
					_, err := p.ended()
					require.ErrorIs(t, err, shell.ErrClosed)
				}
			})
		})
	}
}

// TestLostAtTheRobustConnectionTime: exactly then, and not from what is no
// sign of the client.
func TestLostAtTheRobustConnectionTime(t *testing.T) {
	tests := map[string]struct {
		do    func(t *testing.T, w *world)
		loses time.Duration
	}{
		"from Create":               {func(*testing.T, *world) {}, robust},
		"from Command":              {func(_ *testing.T, w *world) { time.Sleep(time.Minute); w.command() }, robust},
		"from the end of a Receive": {func(_ *testing.T, w *world) { w.hangFor(3 * robust) }, robust},
		"from Reconnect":            {func(_ *testing.T, w *world) { w.disconnect(); time.Sleep(time.Hour); w.reconnect() }, robust},
		"from Connect":              {func(_ *testing.T, w *world) { w.disconnect(); time.Sleep(time.Hour); w.connect(other) }, robust},
		"Info is not heard":         {func(t *testing.T, w *world) { w.lookFor(t, time.Minute) }, robust - time.Minute},
		"output is not heard": {func(_ *testing.T, w *world) {
			c := w.command()
			time.Sleep(time.Nanosecond)
			c.Stream("stdout").Put(whole("x"))
		}, robust - 1},
		"refused requests, not heard": {func(t *testing.T, w *world) {
			time.Sleep(time.Nanosecond)
			_, err := w.ask(other, w.request(nil))
			require.Error(t, err)
		}, robust - 1},
		"another loss later": {func(_ *testing.T, w *world) {
			time.Sleep(robust)
			synctest.Wait()
			w.command()
			assert.Equal(w.t, shell.Connected, w.info().State)
		}, robust},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				test.do(w.t, w)
				w.loses(test.loses)
			})
		})
	}
}

// TestNeverLost: shells that have no client of their own, or no limit, and
// those that were disconnected by request.
func TestNeverLost(t *testing.T) {
	anySession := func(c *shell.Configuration) { c.Traits.AnySession = true }
	without := func(c *shell.Configuration) { c.RobustConnectionTimeout = 0 }
	for name, change := range map[string]func(*shell.Configuration){"console": console, "any session": anySession, "without limit": without} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				time.Sleep(idle - 1)
				synctest.Wait()
				assert.Equal(w.t, shell.Connected, w.info().State)
				w.command()
				w.dies(idle)
			}, change)
		})
	}
	t.Run("disconnected", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			w.disconnect()
			time.Sleep(idle - 1)
			synctest.Wait()
			assert.Equal(w.t, shell.Disconnected, w.info().State)
		})
	})
}

// TestIdleBeforeLost: the idle timeout may be the shorter one.
func TestIdleBeforeLost(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) { w.dies(time.Minute) }, func(c *shell.Configuration) { c.IdleTimeout = time.Minute })
}

// TestLostThenConnectedByAnother: it may connect, and then the first may not.
func TestLostThenConnectedByAnother(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.loses(robust)
		w.connect(other)
		_, err := w.ask(owner, w.request(nil))
		assertReason(t, err, shell.ReasonOtherClient)
		assert.Equal(t, shell.Connected, w.info().State)
	})
}

// TestEndedShellCloses: it is kept for its client, and closed a moment after it was told.
func TestEndedShellCloses(t *testing.T) {
	grace := 5 * time.Second
	for name, test := range map[string]struct {
		do   func(w *world)
		dies time.Duration
	}{
		"nobody was told":       {func(*world) {}, idle},
		"a Receive was told":    {func(w *world) { _, err := w.ask(owner, w.request(nil)); require.Error(w.t, err) }, grace},
		"told twice":            {func(w *world) { w.tellTwice() }, grace - 2*time.Second},
		"its client is away":    {func(w *world) { w.disconnect() }, idle},
		"a refusal is not told": {func(w *world) { _, err := w.ask(other, w.request(nil)); require.Error(w.t, err) }, idle},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.sh.Ended(errWrite)
				test.do(w)
				w.dies(test.dies)
			})
		})
	}
}

// tellTwice tells the owner at once and 2 s later.
func (w *world) tellTwice() {
	for range 2 {
		_, err := w.ask(owner, w.request(nil))
		require.ErrorIs(w.t, err, errWrite)
		time.Sleep(time.Second)
	}
}
