package wsmanclient_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
	"github.com/winrmd/winrmd/wsman/xpress"
)

const (
	powerShell = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"
	shellID    = "B6631D8E-0D7C-4D6E-8B7A-111111111111"
	commandID  = "C6631D8E-0D7C-4D6E-8B7A-222222222222"
)

// body is the first element of a request's body, as a tree.
func body(t *testing.T, r *wsmantest.Request) *tree {
	t.Helper()
	e, err := r.Parsed().BodyElement()
	require.NoError(t, err)
	if e == nil {
		return nil
	}
	return treeOf(e)
}

func TestCreateShell(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionCreate).Answer(wsmantest.ShellCreated(powerShell, shellID,
		append(wsmantest.Disconnectable(), "rsp:Owner", "HOST\\ann", "rsp:IdleTimeOut", "PT7200.000S", "rsp:ShellRunTime", "P0DT0H1M2S",
			"rsp:CompressionMode", "XpressCompression", "rsp:ShellInactivity", "nonsense")...)))
	c := client(t, s, wsmanclient.Config{})
	shell, err := c.CreateShell(within(t), wsmanclient.ShellConfig{
		ResourceURI: powerShell, ShellID: shellID, Name: `my "shell"`, IdleTimeout: 90 * time.Second, Lifetime: time.Hour, BufferMode: "Drop",
		Environment: []wsmanclient.Variable{{Name: "a", Value: "1\n2"}}, WorkingDirectory: `c:\x`, NoProfile: true, CodePage: 65001,
		Content: wsmanclient.CreationXML([]byte("fragments")), Compression: true,
		Options: []wsman.Option{{Name: "protocolversion", Value: "2.3", MustComply: true}},
		Headers: []wsmanclient.Header{{Name: wsman.QName{Space: "urn:own", Local: "UseInteractiveToken"}, Value: "true"}},
	})
	require.NoError(t, err)
	assert.Equal(t, shellID, shell.ID())
	assert.Equal(t, powerShell, shell.ResourceURI())
	assert.True(t, shell.Compressed())
	assert.Same(t, c, shell.Client())
	info := shell.Info()
	assert.Equal(t, "HOST\\ann", info.Owner)
	assert.Equal(t, 2*time.Hour, info.IdleTimeout)
	assert.Equal(t, 62*time.Second, info.ShellRunTime)
	assert.Zero(t, info.ShellInactivity, "a value that is none is not said")
	assert.True(t, info.Disconnectable())

	r := s.Requests()[0]
	assert.Equal(t, "xpress", r.Header.CompressionType)
	assert.Equal(t, []wsman.Option{
		{Name: "WINRS_NOPROFILE", Value: "TRUE"}, {Name: "WINRS_CODEPAGE", Value: "65001"}, {Name: "protocolversion", Value: "2.3", MustComply: true},
	}, r.Header.Options)
	assert.Equal(t, &tree{
		Name: "rsp:Shell", Attributes: map[string]string{"Name": `my "shell"`, "ShellId": shellID}, Children: []*tree{
			{Name: "rsp:Environment", Children: []*tree{{Name: "rsp:Variable", Attributes: map[string]string{"Name": "a"}, Text: "1\n2"}}},
			{Name: "rsp:WorkingDirectory", Text: `c:\x`},
			{Name: "rsp:Lifetime", Text: "PT3600.000S"},
			{Name: "rsp:InputStreams", Text: "stdin pr"},
			{Name: "rsp:OutputStreams", Text: "stdout"},
			{Name: "rsp:IdleTimeOut", Text: "PT90.000S"},
			{Name: "rsp:BufferMode", Text: "Drop"},
			{Name: "powershell:creationXml", Text: base64.StdEncoding.EncodeToString([]byte("fragments"))},
		},
	}, body(t, r))
}

func TestCreateShellAnswers(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionCreate).Answer(`<rsp:Shell><rsp:ShellId>1</rsp:ShellId></rsp:Shell>`),
		wsmantest.On(wsman.ActionCreate).Answer(`<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name="ShellId">2</w:Selector>`+
			`</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>`),
		wsmantest.On(wsman.ActionCreate).Answer(`<x:ResourceCreated/>`),
	)
	c := client(t, s, wsmanclient.Config{})
	shell, err := c.CreateShell(within(t), wsmanclient.ShellConfig{})
	require.NoError(t, err)
	assert.Equal(t, "1", shell.ID())
	assert.Equal(t, wsman.ResourceCmd, shell.ResourceURI())
	assert.False(t, shell.Info().Disconnectable())
	shell, err = c.CreateShell(within(t), wsmanclient.ShellConfig{InputStreams: "in", OutputStreams: "out"})
	require.NoError(t, err)
	assert.Equal(t, "2", shell.ID())
	assert.Nil(t, shell.Info(), "Windows 2008 R2 says nothing")
	_, err = c.CreateShell(within(t), wsmanclient.ShellConfig{})
	var bad *wsmanclient.AnswerError
	require.ErrorAs(t, err, &bad)
	streams := body(t, s.Requests()[1]).Children
	assert.Equal(t, "in", streams[0].Text)
	assert.Equal(t, "out", streams[1].Text)
}

// shellOf is a handle to a shell of a kind.
func shellOf(c *wsmanclient.Client, uri string) *wsmanclient.Shell {
	return c.Shell(uri, shellID, wsmanclient.ShellOptions{})
}

func TestCommand(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted(commandID)).Times(2),
		wsmantest.On(wsman.ActionCommand).Answer("<rsp:CommandResponse/>"),
		wsmantest.On(wsman.ActionSignal).Answer("<rsp:SignalResponse/>").Times(3),
	)
	c := client(t, s, wsmanclient.Config{})
	cmd := shellOf(c, wsman.ResourceCmd)
	command, err := cmd.Command(within(t), wsmanclient.CommandConfig{Line: "echo", Arguments: []string{"a b", `"c"`}, SkipShell: true})
	require.NoError(t, err)
	assert.Equal(t, commandID, command.ID())
	assert.Same(t, cmd, command.Shell())
	r := s.Requests()[0]
	assert.Equal(t, []wsman.Selector{{Name: "ShellId", Value: shellID}}, r.Header.Selectors)
	assert.Equal(t, []wsman.Option{{Name: "WINRS_CONSOLEMODE_STDIN", Value: "FALSE"}, {Name: "WINRS_SKIP_CMD_SHELL", Value: "TRUE"}}, r.Header.Options)
	assert.Equal(t, &tree{Name: "rsp:CommandLine", Children: []*tree{
		{Name: "rsp:Command", Text: "echo"}, {Name: "rsp:Arguments", Text: "a b"}, {Name: "rsp:Arguments", Text: `"c"`},
	}}, body(t, r))

	_, err = shellOf(c, powerShell).Command(within(t), wsmanclient.CommandConfig{ID: commandID, Line: " ", Arguments: []string{"QUJD"}})
	require.NoError(t, err)
	r = s.Requests()[1]
	assert.Empty(t, r.Header.Options, "PowerShell has none of its own")
	assert.Equal(t, map[string]string{"CommandId": commandID}, body(t, r).Attributes)

	_, err = cmd.Command(within(t), wsmanclient.CommandConfig{Line: "x"})
	var bad *wsmanclient.AnswerError
	require.ErrorAs(t, err, &bad)

	require.NoError(t, command.Close(within(t)))
	require.NoError(t, command.Signal(within(t), wsman.SignalCtrlC))
	require.NoError(t, cmd.Signal(within(t), wsman.SignalCtrlBreak))
	for i, want := range []string{wsman.SignalTerminate, wsman.SignalCtrlC, wsman.SignalCtrlBreak} {
		got := body(t, s.Requests()[3+i])
		assert.Equal(t, []*tree{{Name: "rsp:Code", Text: want}}, got.Children)
		assert.Equal(t, i < 2, got.Attributes["CommandId"] == commandID)
	}
}

func TestSend(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.On(wsman.ActionSend).Answer("<rsp:SendResponse/>").Times(5))
	c := client(t, s, wsmanclient.Config{})
	shell := shellOf(c, powerShell)
	compressed := c.Shell(powerShell, shellID, wsmanclient.ShellOptions{Compressed: true})
	long := make([]byte, 100_000)
	require.NoError(t, shell.Send(within(t), "pr", []byte{0, 255, 10}, false))
	require.NoError(t, shell.CommandByID(commandID).Send(within(t), "stdin", nil, true))
	require.NoError(t, shell.SendText(within(t), "stdin", []byte("QUJD"), false))
	require.NoError(t, shell.CommandByID(commandID).SendText(within(t), "stdin", []byte("QUJD"), false))
	require.NoError(t, compressed.Send(within(t), "stdin", long, false))
	want := []*tree{
		{Name: "rsp:Stream", Attributes: map[string]string{"Name": "pr"}, Text: "AP8K"},
		{Name: "rsp:Stream", Attributes: map[string]string{"Name": "stdin", "CommandId": commandID, "End": "TRUE"}},
		{Name: "rsp:Stream", Attributes: map[string]string{"Name": "stdin"}, Text: "QUJD"},
		{Name: "rsp:Stream", Attributes: map[string]string{"Name": "stdin", "CommandId": commandID}, Text: "QUJD"},
	}
	for i, w := range want {
		assert.Equal(t, &tree{Name: "rsp:Send", Children: []*tree{w}}, body(t, s.Requests()[i]))
	}
	raw, err := base64.StdEncoding.DecodeString(body(t, s.Requests()[4]).Children[0].Text)
	require.NoError(t, err)
	plain, err := xpress.Decompress(nil, raw, 1<<20)
	require.NoError(t, err)
	assert.Equal(t, long, plain)
	assert.Less(t, len(raw), 2000)
}

func TestGetAndDeleteShell(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionGet).Answer(`<rsp:Shell><rsp:ShellId>`+shellID+`</rsp:ShellId><rsp:MemoryUsed>46MB</rsp:MemoryUsed>`+
			`<rsp:Environment><rsp:Variable Name="a">1</rsp:Variable></rsp:Environment><o:Other xmlns:o="urn:o"/></rsp:Shell>`),
		wsmantest.On(wsman.ActionGet).Fault(wsman.CodeUnexpectedSelectors),
		wsmantest.On(wsman.ActionGet).Answer(""),
		wsmantest.On(wsman.ActionDelete).Answer(""),
	)
	shell := shellOf(client(t, s, wsmanclient.Config{}), powerShell)
	info, err := shell.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, &wsmanclient.ShellInfo{ShellID: shellID, MemoryUsed: "46MB", Environment: []wsmanclient.Variable{{Name: "a", Value: "1"}}}, info)
	assert.False(t, info.Compressed())
	assert.Equal(t, wsman.ResourceShell, s.Requests()[0].Header.ResourceURI)
	_, err = shell.Get(within(t))
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
	_, err = shell.Get(within(t))
	var bad *wsmanclient.AnswerError
	require.ErrorAs(t, err, &bad)
	require.NoError(t, shell.Delete(within(t)))
	assert.Equal(t, powerShell, s.Requests()[3].Header.ResourceURI)
}

func TestListShells(t *testing.T) {
	shells := func(items string) string {
		return `<n:EnumerateResponse><n:EnumerationContext/><w:Items>` + items + `</w:Items><w:EndOfSequence/></n:EnumerateResponse>`
	}
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionEnumerate).Answer(shells(
			`<rsp:Shell><rsp:ShellId>1</rsp:ShellId><rsp:State>Connected</rsp:State></rsp:Shell><o:Other xmlns:o="urn:o"/>`+
				`<rsp:Shell><rsp:ShellId>2</rsp:ShellId><rsp:State>Disconnected</rsp:State></rsp:Shell>`)),
		wsmantest.On(wsman.ActionEnumerate).Answer(shells(
			`<rsp:Command><rsp:CommandId>c</rsp:CommandId><rsp:CommandLine>dir</rsp:CommandLine><rsp:CommandState>Running</rsp:CommandState></rsp:Command>`)),
		wsmantest.On(wsman.ActionEnumerate).Fault(wsman.CodeUnexpectedSelectors),
	)
	c := client(t, s, wsmanclient.Config{})
	got, err := c.Shells(within(t))
	require.NoError(t, err)
	assert.Equal(t, []*wsmanclient.ShellInfo{{ShellID: "1", State: "Connected"}, {ShellID: "2", State: "Disconnected"}}, got)
	commands, err := c.Commands(within(t), shellID)
	require.NoError(t, err)
	assert.Equal(t, []wsmanclient.CommandInfo{{CommandID: "c", CommandLine: "dir", State: "Running"}}, commands)
	assert.Contains(t, s.Requests()[1].Body(), `<w:Selector Name="ShellId">`+shellID)
	_, err = c.Commands(within(t), shellID)
	assert.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
}

func TestDisconnectAndConnect(t *testing.T) {
	connected := `<rsp:ConnectResponse><rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>` +
		`<connectResponseXml xmlns="` + wsman.NamespacePowerShell + `">QU JD</connectResponseXml></rsp:ConnectResponse>`
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionDisconnect).Answer("").Times(2),
		wsmantest.On(wsman.ActionReconnect).Answer("").Times(3),
		wsmantest.On(wsman.ActionConnect).Answer(connected),
		wsmantest.On(wsman.ActionConnect).Answer("<rsp:ConnectResponse/>"),
		wsmantest.On(wsman.ActionConnect).Fault(wsman.CodeShellConnectedToDifferentClient),
	)
	c := client(t, s, wsmanclient.Config{})
	shell := shellOf(c, powerShell)
	require.NoError(t, shell.Disconnect(within(t), wsmanclient.DisconnectOptions{}))
	require.NoError(t, shell.Disconnect(within(t), wsmanclient.DisconnectOptions{IdleTimeout: time.Minute, BufferMode: "Drop"}))
	require.NoError(t, shell.Reconnect(within(t), wsmanclient.ReconnectOptions{}))
	require.NoError(t, shell.Reconnect(within(t), wsmanclient.ReconnectOptions{BufferMode: "Block"}))
	require.NoError(t, shell.CommandByID(commandID).Reconnect(within(t)))
	there, err := c.ConnectShell(within(t), wsmanclient.ConnectConfig{
		ResourceURI: powerShell, ShellID: shellID, Name: "n", BufferMode: "Drop", Content: wsmanclient.ConnectXML([]byte("x")),
		Options: []wsman.Option{{Name: "protocolversion", Value: "2.3", MustComply: true}},
	})
	require.NoError(t, err)
	fragments, err := wsmanclient.PowerShellContent(there.Content())
	require.NoError(t, err)
	assert.Equal(t, "ABC", string(fragments))
	command, err := there.ConnectCommand(within(t), commandID, nil)
	require.NoError(t, err)
	assert.Equal(t, commandID, command.ID())
	assert.Nil(t, command.Content())
	_, err = c.ConnectShell(within(t), wsmanclient.ConnectConfig{ResourceURI: powerShell, ShellID: shellID})
	require.ErrorIs(t, err, wsman.CodeShellConnectedToDifferentClient)

	want := []*tree{
		{Name: "rsp:Disconnect"},
		{Name: "rsp:Disconnect", Children: []*tree{{Name: "rsp:IdleTimeOut", Text: "PT60.000S"}, {Name: "rsp:BufferMode", Text: "Drop"}}},
		nil, // an empty body
		{Name: "rsp:Reconnect", Children: []*tree{{Name: "rsp:BufferMode", Text: "Block"}}},
		{Name: "rsp:Reconnect", Attributes: map[string]string{"CommandId": commandID}},
		{Name: "rsp:Connect", Attributes: map[string]string{"Name": "n"}, Children: []*tree{
			{Name: "rsp:BufferMode", Text: "Drop"}, {Name: "powershell:connectXml", Text: "eA=="},
		}},
		{Name: "rsp:Connect", Attributes: map[string]string{"CommandId": commandID}},
	}
	for i, w := range want {
		assert.Equal(t, w, body(t, s.Requests()[i]), i)
	}
}

func TestPowerShellContent(t *testing.T) {
	for _, bad := range []string{"", "<a", "<a/>", `<a xmlns="` + wsman.NamespacePowerShell + `"><b/></a>`, `<a xmlns="` + wsman.NamespacePowerShell + `">!</a>`} {
		_, err := wsmanclient.PowerShellContent([]byte(bad))
		var e *wsmanclient.AnswerError
		assert.ErrorAs(t, err, &e, bad)
	}
}
