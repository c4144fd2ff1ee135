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

// operations are what a client may do to a shell that has one command.
var operations = map[string]func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error{
	"Command": func(w *world, ctx context.Context, c shell.Client, _ *shell.Command) error {
		_, err := w.sh.Command(ctx, c, "", &shell.CommandRequest{})
		return err
	},
	"Send": func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error {
		return w.sh.Send(ctx, c, cmd.ID(), shell.Input{Stream: "stdin"})
	},
	"Receive": func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error {
		_, err := w.sh.Receive(ctx, c, w.request(cmd))
		return err
	},
	"Signal": func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error {
		return w.sh.Signal(ctx, c, cmd.ID(), shell.SignalCtrlC)
	},
	"Disconnect": func(w *world, ctx context.Context, c shell.Client, _ *shell.Command) error {
		return w.sh.Disconnect(ctx, c, shell.DisconnectRequest{})
	},
	"Reconnect": func(w *world, ctx context.Context, c shell.Client, _ *shell.Command) error {
		return w.sh.Reconnect(ctx, c, nil)
	},
	"ReconnectCommand": func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error {
		return w.sh.ReconnectCommand(ctx, c, cmd.ID())
	},
	"Connect": func(w *world, ctx context.Context, c shell.Client, _ *shell.Command) error {
		_, err := w.sh.Connect(ctx, c, nil, shell.Data{})
		return err
	},
	"ConnectCommand": func(w *world, ctx context.Context, c shell.Client, cmd *shell.Command) error {
		return w.sh.ConnectCommand(ctx, c, cmd.ID())
	},
	"Close": func(w *world, _ context.Context, c shell.Client, _ *shell.Command) error {
		return w.sh.Close(c)
	},
	"Info": func(w *world, _ context.Context, c shell.Client, _ *shell.Command) error {
		_, err := w.sh.Info(c)
		return err
	},
	"Commands": func(w *world, _ context.Context, c shell.Client, _ *shell.Command) error {
		_, err := w.sh.Commands(c)
		return err
	},
}

// The cells of the table: the state that follows, or why it is refused.
var cells = map[string]struct {
	state  shell.State
	reason shell.StateReason
}{
	"conn": {state: shell.Connected}, "disc": {state: shell.Disconnected},
	"lost": {state: shell.Lost}, "gone": {state: shell.Closed},
	"!disc": {reason: shell.ReasonDisconnected}, "!client": {reason: shell.ReasonOtherClient},
	"!session": {reason: shell.ReasonOtherSession}, "!twice": {reason: shell.ReasonAlreadyDisconnected},
	"!access": {}, "!none": {},
}

// product is the whole of State × operation. Columns: the attached (or last)
// client, another session of its user or whoever is logged on as the account
// that the shell runs as by its configuration; other users are never let in,
// except an administrator to Close, Info and Commands.
const product = `
	operation         Connected         Disconnected      Lost              Closed
	Command           conn  !client     !disc !disc       conn  !disc       !none !none
	Send              conn  !client     !disc !disc       conn  !disc       !none !none
	Receive           conn  !client     !disc !disc       conn  !disc       !none !none
	Signal            conn  !client     !disc !disc       conn  !disc       !none !none
	Disconnect        disc  !client     !twice !twice     disc  !twice      !none !none
	Reconnect         conn  !client     conn  !session    conn  !session    !none !none
	ReconnectCommand  conn  !client     !disc !disc       conn  !disc       !none !none
	Connect           !client !client   conn  conn        conn  conn        !none !none
	ConnectCommand    conn  !client     !disc !disc       conn  !disc       !none !none
	Close             gone  gone        gone  gone        gone  gone        gone  gone
	Info              conn  conn        disc  disc        lost  lost        gone  gone
	Commands          conn  conn        disc  disc        lost  lost        gone  gone
`

// states is the order of the table's columns.
var states = []shell.State{shell.Connected, shell.Disconnected, shell.Lost, shell.Closed}

// bring brings a new shell into a state.
func (w *world) bring(s shell.State) {
	switch s {
	case shell.Disconnected:
		w.disconnect()
	case shell.Lost:
		time.Sleep(robust)
		synctest.Wait()
	case shell.Closed:
		require.NoError(w.t, w.sh.Close(owner))
	}
	require.Equal(w.t, s, w.info().State)
}

func TestStateByOperation(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(product), "\n")[1:]
	require.Len(t, rows, len(operations))
	for _, row := range rows {
		fields := strings.Fields(row)
		require.Len(t, fields, 1+2*len(states), row)
		open := fields[0] == "Close" || fields[0] == "Info" || fields[0] == "Commands"
		for i, state := range states {
			own, session := fields[1+2*i], fields[2+2*i]
			byAdmin := "!access"
			if open {
				byAdmin = own
			}
			for _, cell := range []struct {
				name   string
				client shell.Client
				runAs  string // of the configuration
				want   string
			}{
				{"own", owner, "", own}, {"session", other, "", session}, {"user", bob, "", "!access"},
				{"administrator", admin, "", byAdmin},
				{"owner of run as", owner, "deploy", own}, {"session of run as", other, "deploy", session},
				{"run as", deploy, "deploy", session}, {"third of run as", bob, "deploy", "!access"},
				{"administrator of run as", admin, "deploy", byAdmin},
				{"run as another", deploy, "ann", "!access"}, {"no run as", deploy, "", "!access"},
			} {
				name := strings.Join([]string{fields[0], stateNames[state], cell.name}, "/")
				t.Run(name, func(t *testing.T) {
					bubble(t, func(t *testing.T, w *world) { w.checkCell(fields[0], state, cell.client, cell.want) },
						func(c *shell.Configuration) { c.RunAs = cell.runAs })
				})
			}
		}
	}
}

var stateNames = map[shell.State]string{
	shell.Connected: "Connected", shell.Disconnected: "Disconnected", shell.Lost: "Lost", shell.Closed: "Closed",
}

// checkCell does one operation in one state and compares.
func (w *world) checkCell(operation string, state shell.State, c shell.Client, want string) {
	t := w.t
	cmd := w.command()
	cmd.Stream("stdout").Put(whole("output"))
	w.bring(state)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err := operations[operation](w, ctx, c, cmd)

	cell, known := cells[want]
	require.True(t, known, want)
	after := w.info().State
	switch {
	case want == "!access":
		var access *shell.AccessError
		require.ErrorAs(t, err, &access)
		assert.Equal(t, &shell.AccessError{User: c.User, ShellID: w.sh.ID()}, access)
		assert.Equal(t, state, after)
	case want == "!none":
		var none *shell.NotFoundError
		require.ErrorAs(t, err, &none)
		assert.Equal(t, &shell.NotFoundError{ShellID: w.sh.ID()}, none)
		assert.Equal(t, state, after)
	case cell.reason != 0:
		assertReason(t, err, cell.reason)
		assert.Equal(t, state, after)
	default:
		require.NoError(t, err)
		assert.Equal(t, cell.state, after)
	}
}

// TestConnectChangesWhoIsAttached: the client before is another client then.
func TestConnectChangesWhoIsAttached(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.disconnect()
		w.connect(other)
		assert.Equal(t, other.Address, w.info().ClientIP)
		_, err := w.sh.Command(t.Context(), owner, "", &shell.CommandRequest{})
		assertReason(t, err, shell.ReasonOtherClient)
		assertReason(t, w.sh.Reconnect(t.Context(), owner, nil), shell.ReasonOtherClient)
		_, err = w.sh.Command(t.Context(), other, "", &shell.CommandRequest{})
		require.NoError(t, err)
	})
}

// TestSessionIsComparedWithoutCase: clients write GUIDs in either case.
func TestSessionIsComparedWithoutCase(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		c := owner
		c.Session = strings.ToLower(c.Session)
		_, err := w.sh.Command(t.Context(), c, "", &shell.CommandRequest{})
		require.NoError(t, err)
	})
}

// TestAnySession: a command shell is used by every session of its owner, yet
// disconnected only by the one that is attached.
func TestAnySession(t *testing.T) {
	for name, op := range operations {
		want := map[string]shell.StateReason{
			"Disconnect": shell.ReasonOtherClient, "Reconnect": shell.ReasonOtherClient, "Connect": shell.ReasonOtherClient,
		}[name]
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stdout").Put(whole("output"))
				err := op(w, t.Context(), other, cmd)
				if want != 0 {
					assertReason(t, err, want)
					return
				}
				require.NoError(t, err)
			}, console)
		})
	}
	t.Run("disconnected", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			w.disconnect()
			_, err := w.sh.Command(t.Context(), other, "", &shell.CommandRequest{})
			assertReason(t, err, shell.ReasonDisconnected)
		}, console)
	})
}

// TestWithoutShellID: a shell that the client did not name cannot be
// disconnected, so it cannot be reconnected or connected either.
func TestWithoutShellID(t *testing.T) {
	for _, name := range []string{"Disconnect", "Reconnect", "Connect"} {
		for _, c := range []shell.Client{owner, other} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				spec := w.spec()
				spec.ShellID, spec.ClientNamed = "", false
				sh, err := w.dir.Create(t.Context(), spec)
				require.NoError(t, err)
				assert.Len(t, sh.ID(), 36)
				assert.Equal(t, strings.ToUpper(sh.ID()), sh.ID())
				w.sh = sh
				assertReason(t, operations[name](w, t.Context(), c, nil), shell.ReasonDisconnectNotSupported)
				assert.Equal(t, shell.Connected, w.info().State)
				assert.False(t, w.info().Disconnectable)
			})
		}
	}
}

// TestStateOnTheWire: clients know two states and the end.
func TestStateOnTheWire(t *testing.T) {
	var names []string
	for _, s := range states {
		names = append(names, s.String())
	}
	assert.Equal(t, []string{"Connected", "Disconnected", "Disconnected", "Closed"}, names)
}
