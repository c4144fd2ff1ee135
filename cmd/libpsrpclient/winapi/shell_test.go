package winapi

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

const uri = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"

// open makes a shell that can be disconnected.
func open(t *testing.T, s *Session, table *Table) (*Shell, told) {
	t.Helper()
	created := newTold()
	var handle Handle
	s.CreateShell(ShellParameters{ResourceURI: uri, ShellID: "SHELL", IdleTimeout: ServerDefault, Content: "<c/>"}, created.tell, func(h Handle) { handle = h })
	e := created.ended(t)
	assert.NotZero(t, e.Flags&FlagShellSupportsDisconnect)
	assert.Contains(t, e.Text, "<rsp:MaxIdleTimeOut>PT2147483.647S</rsp:MaxIdleTimeOut>")
	assert.Equal(t, handle, e.Shell)
	sh := Lookup[Shell](table, handle)
	require.NotNil(t, sh)
	return sh, created
}

// run starts a command.
func run(t *testing.T, sh *Shell, table *Table) *Command {
	t.Helper()
	started := newTold()
	sh.RunCommand(CommandParameters{ID: "COMMAND", Arguments: []string{"AA=="}}, started.tell, ignore)
	c := Lookup[Command](table, started.ended(t).Command)
	require.NotNil(t, c)
	return c
}

func created() *wsmantest.Step {
	return wsmantest.On(wsman.ActionCreate).Answer(wsmantest.ShellCreated(uri, "SHELL", wsmantest.Disconnectable()...))
}

func started() *wsmantest.Step {
	return wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted("COMMAND"))
}

func deleted() *wsmantest.Step { return wsmantest.On(wsman.ActionDelete).Answer("") }

// TestReceiveGoesOnAfterReconnect: what was received waits while its shell is
// disconnected, and until its command is reconnected.
func TestReceiveGoesOnAfterReconnect(t *testing.T) {
	t.Parallel()
	disconnected := make(chan struct{})
	server := wsmantest.NewServer(t, created(), started(), deleted(),
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(wsmantest.Stream("stdout", "COMMAND", "one"))),
		wsmantest.On(wsman.ActionReceive).Wait(disconnected).Fault(wsman.CodeStreamDisconnected),
		wsmantest.On(wsman.ActionDisconnect).Answer(`<rsp:DisconnectResponse/>`),
		wsmantest.On(wsman.ActionReconnect).Answer(`<rsp:ReconnectResponse/>`).Times(2),
		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(
			wsmantest.Stream("stdout", "COMMAND", "two"), wsmantest.Done("COMMAND", 7))),
	)
	s, table := session(t, server.URL)
	sh, _ := open(t, s, table)
	c := run(t, sh, table)
	received, other := newTold(), newTold()
	sh.Receive(c, 0, []string{"stdout"}, received.tell, ignore)
	assert.Equal(t, "one", string(received.next(t).Output.Data))
	sh.Disconnect(FlagBufferingModeDrop, 120_000, other.tell)
	other.ended(t)
	close(disconnected)
	sh.Reconnect(0, other.tell)
	other.ended(t)
	assert.Empty(t, received, "before the command is reconnected")
	c.Reconnect(other.tell)
	assert.Equal(t, c.Handle(), other.ended(t).Command)
	e := received.next(t)
	assert.Equal(t, FlagEndOfOperation, e.Flags, "exactly, or PowerShell does not close it")
	assert.Equal(t, Output{Stream: "stdout", Data: []byte("two"), CommandState: wsman.CommandStateDone, ExitCode: 7}, *e.Output)
	sh.Close(other.tell)
	other.ended(t)
	for _, r := range server.Requests() {
		if r.Header.Action == wsman.ActionDisconnect {
			assert.Contains(t, r.Body(), "<rsp:IdleTimeOut>PT120.000S</rsp:IdleTimeOut><rsp:BufferMode>Drop</rsp:BufferMode>")
		}
	}
}

// TestDelayedReceive: nothing is asked for until the command comes back.
func TestDelayedReceive(t *testing.T) {
	t.Parallel()
	server := wsmantest.NewServer(t, created(), started(),
		wsmantest.On(wsman.ActionDisconnect).Answer(`<rsp:DisconnectResponse/>`),
	)
	s, table := session(t, server.URL)
	sh, _ := open(t, s, table)
	c := run(t, sh, table)
	received, other := newTold(), newTold()
	sh.Receive(c, FlagDelayOutputStream, nil, received.tell, ignore)
	assert.Equal(t, FlagReceiveDelayRequestProcessed, received.next(t).Flags)
	sh.Disconnect(0, ServerDefault, other.tell)
	other.ended(t)
	// A disconnected shell and its command are left as they are.
	c.Close(other.tell)
	other.ended(t)
	assert.Equal(t, wsman.CodeOperationAborted, received.next(t).Err.Code)
	sh.Close(other.tell)
	other.ended(t)
	assert.Len(t, server.Requests(), 3, "no Receive, no Signal, no Delete")
}

// TestCloseEndsWhatIsUnderWay, before its own completion, and forgets all handles.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	server := wsmantest.NewServer(t, created(), started(), deleted(),
		wsmantest.On(wsman.ActionReceive).Wait(never).Fault(wsman.CodeOperationTimedOut).Always(),
	)
	defer close(never)
	s, table := session(t, server.URL)
	sh, _ := open(t, s, table)
	c := run(t, sh, table)
	all := newTold()
	sh.Receive(nil, 0, nil, all.tell, ignore)
	sh.Receive(c, 0, nil, all.tell, ignore)
	assert.Equal(t, 6, table.Len())
	sh.Close(all.tell)
	for range 2 {
		e := all.next(t)
		assert.Equal(t, FlagEndOfOperation, e.Flags)
		assert.Equal(t, wsman.CodeOperationAborted, e.Err.Code)
	}
	all.ended(t)
	s.Close()
	assert.Equal(t, 1, table.Len(), "the API")
	late := newTold()
	var handle Handle = 1
	s.CreateShell(ShellParameters{}, late.tell, func(h Handle) { handle = h })
	assert.Equal(t, errorInvalidHandle, late.next(t).Err.Code)
	assert.Zero(t, handle)
}

// TestUncertainShell: a shell that may be there is deleted, though its Create was
// not answered.
func TestUncertainShell(t *testing.T) {
	t.Parallel()
	server := wsmantest.NewServer(t, wsmantest.On(wsman.ActionCreate).CutBeforeAnswer(), deleted())
	s, table := session(t, server.URL)
	all := newTold()
	var handle Handle
	s.CreateShell(ShellParameters{ResourceURI: uri, ShellID: "SHELL"}, all.tell, func(h Handle) { handle = h })
	assert.Equal(t, errorNetworkTimedOut, all.next(t).Err.Code)
	Lookup[Shell](table, handle).Close(all.tell)
	all.ended(t)
}

// TestRedirect: the location can be asked for when the error was told.
func TestRedirect(t *testing.T) {
	t.Parallel()
	server := wsmantest.NewServer(t, wsmantest.On(wsman.ActionCreate).Redirect("https://other/wsman"))
	s, _ := session(t, server.URL)
	_, failure := s.String(OptionRedirectLocation)
	assert.Equal(t, errorRedirectNotAvailable, failure.Code)
	all := newTold()
	s.CreateShell(ShellParameters{ResourceURI: uri}, all.tell, ignore)
	assert.Equal(t, wsman.CodeRedirectRequested, all.next(t).Err.Code)
	location, failure := s.String(OptionRedirectLocation)
	require.Nil(t, failure)
	assert.Equal(t, "https://other/wsman", location)
}

// TestInteractiveToken: option 34 is a header of the Create.
func TestInteractiveToken(t *testing.T) {
	t.Parallel()
	for value, want := range map[uint32]bool{0: false, 1: true} {
		server := wsmantest.NewServer(t, created().Check(func(r *wsmantest.Request) error {
			if r.Header.UseInteractiveToken != want {
				return errors.New("UseInteractiveToken")
			}
			return nil
		}))
		s, table := session(t, server.URL)
		require.Nil(t, s.SetNumber(OptionUseInteractiveToken, value))
		open(t, s, table)
	}
}

// TestStopWaitsForLastOutput: the completion of a stop comes after the command's
// last output.
func TestStopWaitsForLastOutput(t *testing.T) {
	t.Parallel()
	signalled := make(chan struct{})
	server := wsmantest.NewServer(t, created(), started(), deleted(),
		wsmantest.On(wsman.ActionSignal).AnswerFunc(func(r *wsmantest.Request) string {
			if strings.Contains(r.Body(), wsman.SignalPowerShellStop) {
				close(signalled)
			}
			return `<rsp:SignalResponse/>`
		}),
		wsmantest.On(wsman.ActionReceive).Wait(signalled).Answer(wsmantest.Received(wsmantest.Done("COMMAND", 0))),
	)
	s, table := session(t, server.URL)
	sh, _ := open(t, s, table)
	c := run(t, sh, table)
	all := newTold()
	sh.Receive(c, 0, nil, all.tell, ignore)
	sh.Signal(c, wsman.SignalPowerShellStop, all.tell, ignore)
	assert.NotNil(t, all.ended(t).Output)
	assert.Nil(t, all.ended(t).Output)
	sh.Close(all.tell)
	all.ended(t)
}
