package shellresource

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// onShell are the operations on a PowerShell shell, each with a body that is
// good for one with a command.
var onShell = map[string]struct{ action, body, answer string }{
	"Command":    {wsman.ActionCommand, commandBody(nowhere, "YQ=="), "CommandResponse"},
	"Send":       {wsman.ActionSend, sendBody(commandA, "YQ=="), "SendResponse"},
	"Receive":    {wsman.ActionReceive, receiveRequest(commandA, "stdout"), "ReceiveResponse"},
	"Signal":     {wsman.ActionSignal, signalBody(commandA, wsman.SignalTerminate), "SignalResponse"},
	"Disconnect": {wsman.ActionDisconnect, "<r:Disconnect/>", ""},
	"Reconnect":  {wsman.ActionReconnect, "<r:Reconnect/>", ""},
	"Get":        {wsman.ActionGet, "", "Shell"},
	"Delete":     {wsman.ActionDelete, "", ""},
	"Connect":    {wsman.ActionConnect, connectBody(""), "ConnectResponse"},
}

// eachOperation runs f for every operation, on a shell with a command that has
// output. Before a Connect its client has gone.
func eachOperation(t *testing.T, f func(t *testing.T, w *world, a ask, answer string)) {
	for name, o := range onShell {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.createPowerShell()
			w.command().Stream("stdout").Put(keep("x"))
			if name == "Connect" {
				require.NoError(t, w.serve(ask{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>"}).err())
			}
			f(t, w, ask{action: o.action, shell: shellA, body: o.body}, o.answer)
		})
	}
}

func TestOperations(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, answer string) {
		r := w.serve(a)
		require.NoError(t, r.err())
		assert.Equal(t, a.action+"Response", r.headerText("a:Action"))
		elements := r.body.ChildElements()
		if answer == "" {
			assert.Empty(t, elements)
			return
		}
		require.Len(t, elements, 1)
		assert.True(t, wsman.IsElement(elements[0], wsman.NamespaceShell, answer), elements[0].Tag)
	})
}

func TestWithoutShellID(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
		a.shell = ""
		require.ErrorIs(t, w.serve(a).err(), wsman.CodeInsufficientSelectors)
	})
}

func TestWrongShellID(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
		for _, id := range []string{nowhere, "no GUID", "{" + shellA + "}", strings.Repeat("x", 3000)} {
			a.shell = id
			require.ErrorIs(t, w.serve(a).err(), wsman.CodeUnexpectedSelectors)
		}
		a.shell = strings.ToLower(shellA)
		require.NoError(t, w.serve(a).err(), "a GUID is the same in lower case")
	})
}

// TestWrongResource: a shell of one configuration is not there for another's
// resource URI.
func TestWrongResource(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
		for _, uri := range []string{uriJEA, wsman.ResourceCmd} {
			a.resource = uri
			require.ErrorIs(t, w.serve(a).err(), wsman.CodeUnexpectedSelectors)
		}
		a.resource = strings.ToUpper(uriPowerShell)
		require.NoError(t, w.serve(a).err(), "a URI is the same in upper case")
	})
}

// TestOtherUser: nothing is done for somebody else, and nothing is told.
func TestOtherUser(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
		before := len(w.powershell.Last().Calls())
		a.who = bob
		r := w.serve(a)
		require.ErrorIs(t, r.err(), wsman.CodeAccessDenied)
		assert.Equal(t, wsman.QName{Space: wsman.NamespaceWSMan, Local: "AccessDenied"}, r.fault.Subcode)
		assert.NotContains(t, string(r.envelope), ann.User)
		assert.Len(t, w.powershell.Last().Calls(), before)
	})
}

// TestAdministrator may look at a shell and end it, and no more.
func TestAdministrator(t *testing.T) {
	eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
		a.who = root
		r := w.serve(a)
		if a.action == wsman.ActionGet || a.action == wsman.ActionDelete {
			require.NoError(t, r.err())
		} else {
			require.ErrorIs(t, r.err(), wsman.CodeAccessDenied)
		}
		if a.action != wsman.ActionDelete {
			_, err := w.dir.Shell(shellA)
			require.NoError(t, err)
		}
	})
}

// TestAllShellsResource: Get and Delete work on the URI of all shells too.
func TestAllShellsResource(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	r := w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: shellA})
	require.NoError(t, r.err())
	assert.Equal(t, uriPowerShell, r.text("rsp:ResourceUri"))
	require.NoError(t, w.serve(ask{action: wsman.ActionDelete, resource: wsman.ResourceShell, shell: shellA}).err())
	require.ErrorIs(t, w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: shellA}).err(), wsman.CodeUnexpectedSelectors)
	require.ErrorIs(t, w.serve(ask{action: wsman.ActionCommand, resource: wsman.ResourceShell, shell: shellA}).err(), wsman.CodeActionNotSupported)
}

// TestWrongBody: a body that is not the operation's is a fault, and nothing is
// done. Get and Delete have none and do not look.
func TestWrongBody(t *testing.T) {
	mayBeEmpty := map[string]bool{wsman.ActionDisconnect: true, wsman.ActionReconnect: true}
	eachOperation(t, func(t *testing.T, w *world, a ask, answer string) {
		if a.action == wsman.ActionGet || a.action == wsman.ActionDelete {
			return
		}
		before := len(w.powershell.Last().Calls())
		local := last(a.action)
		for _, body := range []string{
			"", " ", `<r:Wrong/>`, `<` + local + `/>`, `<x:` + local + ` xmlns:x="urn:other"/>`, `<r:` + strings.ToLower(local) + `/>`,
		} {
			a.body = body
			err := w.serve(a).err()
			if strings.TrimSpace(body) == "" && mayBeEmpty[a.action] {
				continue
			}
			require.ErrorIs(t, err, wsman.CodeSchemaValidation, "%q", body)
		}
		assert.Len(t, w.powershell.Last().Calls(), before)
	})
}

// TestBadContent are bodies of the right element with wrong content.
func TestBadContent(t *testing.T) {
	many := func(n int, s string) string { return strings.Repeat(s, n) }
	tests := map[string]struct {
		action, body string
		code         wsman.FaultCode
	}{
		"command, id is none":            {wsman.ActionCommand, commandBody("abc", "YQ=="), wsman.CodeCommandIDNotValid},
		"command, id in braces":          {wsman.ActionCommand, commandBody("{"+commandA+"}", "YQ=="), wsman.CodeCommandIDNotValid},
		"command, id with markup":        {wsman.ActionCommand, commandBody("&quot;"+commandA+"&lt;", "YQ=="), wsman.CodeCommandIDNotValid},
		"command, id without dashes":     {wsman.ActionCommand, commandBody(strings.ReplaceAll(commandA, "-", ""), "YQ=="), wsman.CodeCommandIDNotValid},
		"command, id used":               {wsman.ActionCommand, commandBody(strings.ToLower(commandA), "YQ=="), wsman.CodeCommandIDConflict},
		"command, too many arguments":    {wsman.ActionCommand, `<r:CommandLine>` + many(maxArguments+1, "<r:Arguments/>") + `</r:CommandLine>`, wsman.CodeSchemaValidation},
		"command, element in text":       {wsman.ActionCommand, `<r:CommandLine><r:Command>a<b/></r:Command></r:CommandLine>`, wsman.CodeSchemaValidation},
		"send, nothing":                  {wsman.ActionSend, `<r:Send/>`, wsman.CodeSchemaValidation},
		"send, other element":            {wsman.ActionSend, `<r:Send><r:Other/></r:Send>`, wsman.CodeSchemaValidation},
		"send, too many streams":         {wsman.ActionSend, `<r:Send>` + many(maxStreams+1, `<r:Stream Name="stdin"/>`) + `</r:Send>`, wsman.CodeSchemaValidation},
		"send, element in text":          {wsman.ActionSend, `<r:Send><r:Stream Name="stdin">YQ<b/>==</r:Stream></r:Send>`, wsman.CodeSchemaValidation},
		"send, id is none":               {wsman.ActionSend, sendBody("abc", "YQ=="), wsman.CodeCommandIDNotValid},
		"send, unknown command":          {wsman.ActionSend, sendBody(nowhere, "YQ=="), wsman.CodeUnexpectedSelectors},
		"receive, nothing":               {wsman.ActionReceive, `<r:Receive/>`, wsman.CodeSchemaValidation},
		"receive, id empty":              {wsman.ActionReceive, `<r:Receive><r:DesiredStream CommandId="">stdout</r:DesiredStream></r:Receive>`, wsman.CodeCommandIDNotValid},
		"receive, unknown command":       {wsman.ActionReceive, receiveRequest(nowhere, "stdout"), wsman.CodeUnexpectedSelectors},
		"receive, id is none":            {wsman.ActionReceive, receiveRequest("abc", "stdout"), wsman.CodeUnexpectedSelectors},
		"receive, unknown stream":        {wsman.ActionReceive, receiveRequest(commandA, "stdout stderr"), 0x80540BC0},
		"receive, no stream":             {wsman.ActionReceive, receiveRequest(commandA, " "), 0x80540BC0},
		"signal, no code":                {wsman.ActionSignal, `<r:Signal CommandId="` + commandA + `"/>`, wsman.CodeSchemaValidation},
		"signal, id empty":               {wsman.ActionSignal, `<r:Signal CommandId=""><r:Code>x</r:Code></r:Signal>`, wsman.CodeCommandIDNotValid},
		"signal, unknown command":        {wsman.ActionSignal, signalBody(nowhere, "x"), wsman.CodeUnexpectedSelectors},
		"disconnect, bad duration":       {wsman.ActionDisconnect, `<r:Disconnect><r:IdleTimeOut>soon</r:IdleTimeOut></r:Disconnect>`, wsman.CodeSchemaValidation},
		"disconnect, 0 s":                {wsman.ActionDisconnect, `<r:Disconnect><r:IdleTimeOut>PT0S</r:IdleTimeOut></r:Disconnect>`, wsman.CodeIdleTimeoutOutOfBounds},
		"disconnect, negative":           {wsman.ActionDisconnect, `<r:Disconnect><r:IdleTimeOut>-PT70S</r:IdleTimeOut></r:Disconnect>`, wsman.CodeIdleTimeoutOutOfBounds},
		"disconnect, 59.999 s":           {wsman.ActionDisconnect, `<r:Disconnect><r:IdleTimeOut>PT59.999S</r:IdleTimeOut></r:Disconnect>`, wsman.CodeIdleTimeoutOutOfBounds},
		"disconnect, above the maximum":  {wsman.ActionDisconnect, `<r:Disconnect><r:IdleTimeOut>PT2147483.648S</r:IdleTimeOut></r:Disconnect>`, wsman.CodeIdleTimeoutOutOfBounds},
		"disconnect, bad mode":           {wsman.ActionDisconnect, `<r:Disconnect><r:BufferMode>Keep</r:BufferMode></r:Disconnect>`, wsman.CodeInvalidParameter},
		"reconnect, bad mode":            {wsman.ActionReconnect, `<r:Reconnect><r:BufferMode>Keep</r:BufferMode></r:Reconnect>`, wsman.CodeInvalidParameter},
		"reconnect, id empty":            {wsman.ActionReconnect, `<r:Reconnect CommandId=""/>`, wsman.CodeCommandIDNotValid},
		"reconnect, unknown command":     {wsman.ActionReconnect, `<r:Reconnect CommandId="` + nowhere + `"/>`, wsman.CodeUnexpectedSelectors},
		"connect, of the attached shell": {wsman.ActionConnect, connectBody(""), wsman.CodeShellConnectedToDifferentClient},
		"connect, bad mode":              {wsman.ActionConnect, connectBody("<r:BufferMode>Keep</r:BufferMode>"), wsman.CodeInvalidParameter},
		"connect, id empty":              {wsman.ActionConnect, `<r:Connect CommandId=""/>`, wsman.CodeCommandIDNotValid},
		"connect, unknown command":       {wsman.ActionConnect, `<r:Connect CommandId="` + nowhere + `"/>`, wsman.CodeUnexpectedSelectors},
	}
	w := newWorld(t)
	w.createPowerShell()
	w.command()
	before := len(w.powershell.Last().Calls())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, w.serve(ask{action: test.action, shell: shellA, body: test.body, timeout: "PT0.1S"}).err(), test.code)
			assert.Len(t, w.powershell.Last().Calls(), before, "the plug-in was called")
			r := w.serve(ask{action: wsman.ActionGet, shell: shellA})
			assert.Equal(t, "Connected", r.text("rsp:State"))
		})
	}
}

// TestBadBase64: what a plug-in cannot decode is the client's fault.
func TestBadBase64(t *testing.T) {
	w := newWorld(t, func(w *world) { w.powershell.SendFunc, w.powershell.CommandFunc = decodeInput, decodeArguments })
	w.createPowerShell()
	for _, text := range []string{"!!!!", "YQ=", "YQ==YQ==x", "Ä"} {
		r := w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", text)})
		require.ErrorIs(t, r.err(), wsman.CodeSchemaValidation, text)
		r = w.serve(ask{action: wsman.ActionCommand, shell: shellA, body: commandBody(commandA, text)})
		require.ErrorIs(t, r.err(), wsman.CodeSchemaValidation, text)
	}
	r := w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", " Y\r\nQ= =\t")})
	require.NoError(t, r.err(), "white space is no part of it")
}

// TestSignals: which code is which signal.
func TestSignals(t *testing.T) {
	const shellSignal = wsman.NamespaceShell + "/signal/"
	tests := map[string]struct{ cmd, powershell shell.Signal }{ // 0: refused
		shellSignal + "terminate":               {shell.SignalTerminate, shell.SignalTerminate},
		shellSignal + "Terminate":               {shell.SignalTerminate, shell.SignalTerminate},
		shellSignal + "ctrl_c":                  {shell.SignalCtrlC, shell.SignalTerminate},
		strings.ToUpper(shellSignal + "Ctrl_C"): {shell.SignalCtrlC, shell.SignalTerminate},
		shellSignal + "ctrl_break":              {shell.SignalCtrlBreak, shell.SignalTerminate},
		shellSignal + "Break":                   {shell.SignalCtrlBreak, shell.SignalTerminate},
		shellSignal + "Exit":                    {shell.SignalTerminate, shell.SignalTerminate},
		"powershell/signal/crtl_c":              {0, shell.SignalStop},
		"powershell/signal/ctrl_c":              {0, shell.SignalStop},
		"PowerShell/Signal/Ctrl_C":              {0, shell.SignalStop},
		shellSignal + "pause":                   {0, shell.SignalTerminate},
		"anything":                              {0, shell.SignalTerminate},
	}
	for code, want := range tests {
		got, err := signalOf(code, kindPowerShell)
		require.NoError(t, err)
		assert.Equal(t, want.powershell, got, code)
		got, err = signalOf(code, kindCommandShell)
		assert.Equal(t, want.cmd, got, code)
		if want.cmd == 0 {
			require.ErrorIs(t, err, wsman.CodeInvalidParameter)
		}
	}
}

func TestOptions(t *testing.T) {
	option := func(name, comply string) string {
		return `<wsm:Option Name="` + name + `" MustComply="` + comply + `">1</wsm:Option>`
	}
	tests := map[string]struct {
		options string
		code    wsman.FaultCode // 0: none
	}{
		"known":                     {option("protocolversion", "true") + option("WINRS_NOPROFILE", "true") + option("winrs_codepage", "1"), 0},
		"unknown":                   {option("nonsense", "false"), 0},
		"unknown, to comply with":   {option("nonsense", "true"), wsman.CodeOptionInvalidName},
		"plug-in's":                 {option("PS_anything", "false"), 0},
		"plug-in's, to comply with": {option("PS_anything", "true"), 0x80540BC6},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
				a.options = test.options
				before := len(w.powershell.Last().Calls())
				err := w.serve(a).err()
				if test.code == 0 {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, test.code)
				assert.Len(t, w.powershell.Last().Calls(), before)
			})
			w := newWorld(t)
			err := w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, ""), options: test.options}).err()
			if test.code == 0 {
				require.NoError(t, err)
				assert.Len(t, w.powershell.Last().Request().Options, strings.Count(test.options, "<wsm:Option"))
				return
			}
			require.ErrorIs(t, err, test.code)
			assert.Empty(t, w.powershell.Instances())
		})
	}
	w := newWorld(t)
	r := w.serve(ask{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: cmdShell(""), options: option("PS_x", "true")})
	require.ErrorIs(t, r.err(), wsman.CodeOptionInvalidName, "a command shell has no such options")
}
