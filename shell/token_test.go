package shell_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// here is the same client, on the machine of the shell.
func here(c shell.Client) shell.Client {
	c.Address, c.Loopback = "127.0.0.1", true
	return c
}

// withToken makes the world's shell anew, for a local client that wants an
// interactive token.
func withToken(w *world) {
	w.t.Helper()
	require.NoError(w.t, w.sh.Close(owner))
	spec := w.spec()
	spec.Client, spec.InteractiveToken = here(owner), true
	sh, err := w.dir.Create(w.t.Context(), spec)
	require.NoError(w.t, err)
	w.sh = sh
}

// bringHere is bring for such a shell.
func (w *world) bringHere(s shell.State) {
	if s == shell.Disconnected {
		require.NoError(w.t, w.sh.Disconnect(w.t.Context(), here(owner), shell.DisconnectRequest{}))
		return
	}
	w.bring(s)
}

// looks are the operations that do not act on what runs in a shell. They stay
// its owner's from everywhere.
var looks = map[string]bool{"Close": true, "Info": true, "Commands": true}

// TestInteractiveToken: in no state does a client elsewhere do anything with a
// shell that was made with an interactive token, be it under the SessionId of
// the client that made it. A local client does all that it does with others.
func TestInteractiveToken(t *testing.T) {
	for name, operation := range operations {
		for _, state := range states {
			for who, c := range map[string]struct {
				client  shell.Client
				refused bool
			}{
				"own session elsewhere":   {owner, !looks[name]},
				"other session elsewhere": {other, !looks[name]},
				"own session here":        {here(owner), false},
				"other session here":      {here(other), false},
			} {
				t.Run(name+"/"+stateNames[state]+"/"+who, func(t *testing.T) {
					bubble(t, func(t *testing.T, w *world) {
						withToken(w)
						cmd, err := w.sh.Command(t.Context(), here(owner), "", &shell.CommandRequest{})
						require.NoError(t, err)
						cmd.Stream("stdout").Put(whole("output"))
						w.bringHere(state)
						before := w.info()
						ctx, cancel := context.WithTimeout(t.Context(), time.Second)
						defer cancel()
						err = operation(w, ctx, c.client, cmd)
						var token *shell.InteractiveTokenError
						if !c.refused {
							assert.NotErrorAs(t, err, &token)
							return
						}
						require.ErrorAs(t, err, &token)
						assert.Equal(t, &shell.InteractiveTokenError{ShellID: w.sh.ID()}, token)
						assert.Equal(t, before, w.info(), "the shell is as it was")
					})
				})
			}
		}
	}
}

// TestInteractiveTokenWorks: a local client, and then another one, use the
// shell as any other.
func TestInteractiveTokenWorks(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		withToken(w)
		cmd, err := w.sh.Command(t.Context(), here(owner), "", &shell.CommandRequest{})
		require.NoError(t, err)
		cmd.Stream("stdout").Put(whole("output"))
		require.NoError(t, w.sh.Disconnect(t.Context(), here(owner), shell.DisconnectRequest{}))
		require.NoError(t, w.sh.Reconnect(t.Context(), here(owner), nil))
		require.NoError(t, w.sh.Disconnect(t.Context(), here(owner), shell.DisconnectRequest{}))
		w.connect(here(other))
		w.assertTexts(w.receive(here(other), cmd), "output")
		_, err = w.ask(other, w.request(cmd))
		assert.ErrorContains(t, err, "from there", "the same session from elsewhere")
		require.NoError(t, w.sh.Signal(t.Context(), here(other), cmd.ID(), shell.SignalTerminate))
	})
}

// TestInteractiveTokenOthers: of somebody else it is not even said why.
func TestInteractiveTokenOthers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		withToken(w)
		for _, c := range []shell.Client{bob, here(bob), admin, here(admin)} {
			var access *shell.AccessError
			assert.ErrorAs(t, w.sh.Reconnect(t.Context(), c, nil), &access)
		}
		require.NoError(t, w.sh.Close(admin))
	})
}

// TestLoopbackShell: a shell that a local client made without the wish is used
// from everywhere.
func TestLoopbackShell(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		require.NoError(t, w.sh.Close(owner))
		spec := w.spec()
		spec.Client = here(owner)
		sh, err := w.dir.Create(t.Context(), spec)
		require.NoError(t, err)
		w.sh = sh
		w.command()
		w.disconnect()
		w.reconnect()
		w.disconnect()
		w.connect(other)
	})
}

// TestRemainsKeepToken: what is left of such a shell after its process was
// killed is kept from others too.
func TestRemainsKeepToken(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		withToken(w)
		cmd, err := w.sh.Command(t.Context(), here(owner), "", &shell.CommandRequest{})
		require.NoError(t, err)
		putAll(cmd, numbered(1, 30))
		w.bringHere(shell.Disconnected)
		cmd.Finish(0)
		next, err := w.killed()
		require.NoError(t, err)
		assert.True(t, next.info().InteractiveToken)
		var token *shell.InteractiveTokenError
		_, err = next.sh.Connect(t.Context(), other, nil, shell.Data{})
		require.ErrorAs(t, err, &token)
		require.ErrorAs(t, next.sh.Reconnect(t.Context(), owner, nil), &token)
		next.connect(here(other))
		next.assertTexts(next.receive(here(other), cmd), numbered(1, 30)...)
	}, spooling)
}
