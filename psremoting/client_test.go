package psremoting_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func newClient(t *testing.T, s *wsmantest.Server, c wsmanclient.Config) *psremoting.Client {
	t.Helper()
	client, err := psremoting.New(s.URL, c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return client
}

// TestFaults: which faults mean that the pool is not this client's any more.
func TestFaults(t *testing.T) {
	for code, want := range map[wsman.FaultCode][2]bool{ // disconnected, and too late
		wsman.CodeStreamDisconnected:              {true, false},
		wsman.CodeShellDisconnected:               {true, true},
		wsman.CodeShellConnectedToDifferentClient: {true, true},
		wsman.CodeSessionIDMismatch:               {true, true},
		wsman.CodeAccessDenied:                    {false, false},
		wsman.CodeUnexpectedSelectors:             {false, false},
	} {
		t.Run(code.Error(), func(t *testing.T) {
			steps := append([]wsmantest.Option{wsmantest.On(wsman.ActionReceive).When(ofCommand).Fault(code).Optional()}, (&scripted{}).steps()...)
			client := newClient(t, wsmantest.NewServer(t, steps...), wsmanclient.Config{})
			pool, err := client.Open(bounded(t), psremoting.Options{})
			require.NoError(t, err)
			pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1")}})
			require.NoError(t, err)
			_, err = pl.Next(bounded(t))
			var f *wsman.Fault
			require.ErrorAs(t, err, &f)
			assert.Equal(t, code, f.WSMan.Code)
			if want[0] {
				require.ErrorIs(t, err, runspacepool.ErrDisconnected)
			} else {
				require.NotErrorIs(t, err, runspacepool.ErrDisconnected)
			}
			if want[1] {
				require.ErrorIs(t, err, runspacepool.ErrTooLate)
			} else {
				require.NotErrorIs(t, err, runspacepool.ErrTooLate)
			}
			require.NoError(t, pool.Close(bounded(t)))
		})
	}
}

// TestGone: what is gone already is deleted, and released.
func TestGone(t *testing.T) {
	steps := append([]wsmantest.Option{
		wsmantest.On(wsman.ActionDelete).Fault(wsman.CodeUnexpectedSelectors), wsmantest.On(wsman.ActionSignal).Fault(wsman.CodeUnexpectedSelectors),
	}, (&scripted{}).steps()...)
	client := newClient(t, wsmantest.NewServer(t, steps...), wsmanclient.Config{})
	pool, err := client.Open(bounded(t), psremoting.Options{})
	require.NoError(t, err)
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1")}})
	require.NoError(t, err)
	require.NoError(t, pl.Close(bounded(t)))
	require.NoError(t, pool.Close(bounded(t)))
}

// TestOptions: what a pool is to be goes to the server.
func TestOptions(t *testing.T) {
	server := wsmantest.NewServer(t, (&scripted{output: []clixml.Value{nil}}).steps()...)
	client := psremoting.Use(newClient(t, server, wsmanclient.Config{}).WSMan())
	pool, err := client.Open(bounded(t), psremoting.Options{
		Configuration: "Mine", Name: "name", IdleTimeout: 90 * time.Second, BufferMode: "Drop", NoProfile: true,
	})
	require.NoError(t, err)
	create := server.Requests()[0]
	assert.Equal(t, wsman.ResourcePowerShellPrefix+"Mine", create.Header.ResourceURI)
	assert.Contains(t, create.Header.Options, wsman.Option{Name: "protocolversion", Value: "2.3", MustComply: true})
	assert.Equal(t, runspacepool.ShellID(pool.ID()), shellID(create))
	body := create.Parsed()
	e, err := body.BodyElement()
	require.NoError(t, err)
	for name, want := range map[string]string{"IdleTimeOut": "PT90", "BufferMode": "Drop", "InputStreams": "stdin pr", "OutputStreams": "stdout"} {
		child := wsman.FindChild(e, wsman.NamespaceShell, name)
		if assert.NotNil(t, child, name) {
			assert.True(t, strings.HasPrefix(child.Text(), want), "%s: %s", name, child.Text())
		}
	}
	require.NoError(t, pool.Close(bounded(t)))
}

// TestNotify: what happens to a pool's network is told to who has opened it.
func TestNotify(t *testing.T) {
	server := wsmantest.NewServer(t, (&scripted{}).steps()...)
	all, own := make(chan wsmanclient.Event, 1000), make(chan wsmanclient.Event, 1000)
	client := newClient(t, server, wsmanclient.Config{
		RetryInterval: time.Millisecond, RetryTime: 50 * time.Millisecond, Notify: func(e wsmanclient.Event) { all <- e },
	})
	pool, err := client.Open(bounded(t), psremoting.Options{Notify: func(e wsmanclient.Event) { own <- e }})
	require.NoError(t, err)
	server.Down()
	for _, events := range []chan wsmanclient.Event{all, own} {
		for (<-events).Kind != wsmanclient.ShellAutoDisconnected {
		}
	}
	for {
		changed := pool.Changed()
		state, reason := pool.State()
		if state == runspacepool.Disconnected {
			var lost *wsmanclient.DisconnectedError
			require.ErrorAs(t, reason, &lost)
			break
		}
		<-changed
	}
	require.Error(t, pool.Close(bounded(t)), "the server cannot be told")
}

// TestPoolInfo: pools are listed as PowerShell's cmdlets see them.
func TestPoolInfo(t *testing.T) {
	const item = `<rsp:Shell><rsp:ShellId>%ID%</rsp:ShellId><rsp:Name>%NAME%</rsp:Name><rsp:ResourceUri>%URI%</rsp:ResourceUri>` +
		`<rsp:Owner>ann</rsp:Owner><rsp:IdleTimeOut>PT100.000S</rsp:IdleTimeOut><rsp:State>%STATE%</rsp:State>` +
		`<rsp:ShellInactivity>P0DT0H0M40S</rsp:ShellInactivity></rsp:Shell>`
	shells := replacer(item, "%ID%", "11111111-1111-1111-1111-111111111111", "%NAME%", "left", "%URI%", configuration, "%STATE%", "Disconnected") +
		replacer(item, "%ID%", "22222222-2222-2222-2222-222222222222", "%NAME%", "busy", "%URI%", configuration, "%STATE%", "Connected") +
		replacer(item, "%ID%", "33333333-3333-3333-3333-333333333333", "%NAME%", "gone", "%URI%", configuration, "%STATE%", "Disconnected") +
		replacer(item, "%ID%", "no GUID", "%NAME%", "odd", "%URI%", configuration, "%STATE%", "Connected") +
		replacer(item, "%ID%", "44444444-4444-4444-4444-444444444444", "%NAME%", "cmd", "%URI%", wsman.ResourceCmd, "%STATE%", "Connected")
	enumerated := func(items string) string {
		return `<n:EnumerateResponse><w:Items>` + items + `</w:Items><n:EnumerationContext/><w:EndOfSequence/></n:EnumerateResponse>`
	}
	of := func(id string) func(*wsmantest.Request) bool {
		return func(r *wsmantest.Request) bool { return strings.Contains(r.Body(), id) }
	}
	server := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionEnumerate).When(of("11111111")).Answer(enumerated(
			`<rsp:Command><rsp:CommandId>C1</rsp:CommandId><rsp:CommandLine>work</rsp:CommandLine><rsp:CommandState>Running</rsp:CommandState></rsp:Command>`)),
		wsmantest.On(wsman.ActionEnumerate).When(of("22222222")).Answer(enumerated("")),
		wsmantest.On(wsman.ActionEnumerate).When(of("33333333")).Fault(wsman.CodeUnexpectedSelectors),
		wsmantest.On(wsman.ActionEnumerate).Answer(enumerated(shells)),
		wsmantest.On(wsman.ActionDelete).Answer(""),
	)
	client := newClient(t, server, wsmanclient.Config{})
	pools, err := client.Pools(bounded(t))
	require.NoError(t, err)
	require.Len(t, pools, 2)
	assert.Equal(t, "left", pools[0].Name())
	assert.Equal(t, "ann", pools[0].Owner())
	assert.Equal(t, "Microsoft.PowerShell", pools[0].Configuration)
	assert.Equal(t, psremoting.None, pools[0].Availability)
	assert.Equal(t, []runspacepool.CommandInfo{{ID: "C1", Line: "work"}}, pools[0].Commands)
	assert.Equal(t, psremoting.Busy, pools[1].Availability)
	assert.Equal(t, runspacepool.Disconnected, pools[1].State, "what PowerShell says of every other client's")
	now := time.Unix(1000, 0)
	assert.Equal(t, now.Add(-40*time.Second), pools[0].DisconnectedOn(now))
	assert.Equal(t, now.Add(60*time.Second), pools[0].ExpiresOn(now))
	require.NoError(t, client.Remove(bounded(t), pools[0]))
	_, err = client.Connect(bounded(t), psremoting.PoolInfo{Shell: &wsmanclient.ShellInfo{ShellID: "x"}}, psremoting.Options{})
	require.ErrorContains(t, err, "not one of PowerShell's")
}
