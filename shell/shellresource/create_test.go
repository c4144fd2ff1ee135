package shellresource

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

func TestCreate(t *testing.T) {
	w := newWorld(t)
	r := w.serve(ask{
		action: wsman.ActionCreate,
		header: `<wsm:Locale xml:lang="de-DE"/><p:DataLocale xml:lang="fr-FR"/>`,
		options: `<wsm:Option Name="protocolversion" MustComply="true">2.3</wsm:Option>` +
			`<wsm:Option Name="WINRS_NOPROFILE">TRUE</wsm:Option>`,
		body: psShell(strings.ToLower(shellA), `<r:Name>&lt;my &amp; session&gt;</r:Name><r:IdleTimeOut>PT90.5S</r:IdleTimeOut>`+
			`<r:WorkingDirectory> /tmp </r:WorkingDirectory><r:BufferMode>drop</r:BufferMode>`+
			`<r:Environment><r:Variable Name="A">1 &lt; 2</r:Variable><r:Variable Name="B"/></r:Environment>`),
	})
	require.NoError(t, r.err())
	assert.Equal(t, "http://server:5985/wsman", r.text("a:Address"))
	assert.Equal(t, shellA, r.text("w:Selector"), "the ShellId in upper case")
	for name, want := range map[string]string{
		"ShellId": shellA, "Name": "<my & session>", "ResourceUri": uriPowerShell, "Owner": ann.User, "ClientIP": "192.0.2.1",
		"WorkingDirectory": "/tmp", "IdleTimeOut": "PT90.500S", "MaxIdleTimeOut": "PT2147483.647S",
		"InputStreams": "stdin pr", "OutputStreams": "stdout", "Locale": "de-DE", "DataLocale": "fr-FR",
		"CompressionMode": "NoCompression", "ProfileLoaded": "No", "Encoding": "UTF8", "BufferMode": "Drop", "State": "Connected",
		"ShellRunTime": "P0DT0H0M0S", "ShellInactivity": "P0DT0H0M0S",
	} {
		assert.Equal(t, want, r.text("rsp:"+name), name)
	}
	assert.Equal(t, "1 < 2", r.text("rsp:Variable"))
	request := w.powershell.Last().Request()
	assert.Equal(t, []shell.Variable{{Name: "A", Value: "1 < 2"}, {Name: "B"}}, request.Environment)
	assert.Equal(t, map[string]string{"PROTOCOLVERSION": "2.3", "WINRS_NOPROFILE": "TRUE"}, request.Options)
	assert.Equal(t, "AAAA", string(request.Creation.Raw()))
	assert.Equal(t, ann.User, request.Owner)
}

// TestCreateName: the name is an attribute of some clients and an element of
// others.
func TestCreateName(t *testing.T) {
	for name, body := range map[string]string{
		"attribute": `<r:Shell Name="session" ShellId="` + shellA + `"/>`,
		"element":   `<r:Shell ShellId="` + shellA + `"><r:Name>session</r:Name></r:Shell>`,
		"qualified": `<r:Shell r:Name="session" r:ShellId="` + shellA + `"/>`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.serve(ask{action: wsman.ActionCreate, body: body})
			require.NoError(t, r.err())
			assert.Equal(t, "session", r.text("rsp:Name"))
			assert.Equal(t, shellA, r.text("rsp:ShellId"))
		})
	}
}

// TestCreateCmd: a command shell gets an identifier, and cannot be left.
func TestCreateCmd(t *testing.T) {
	w := newWorld(t)
	id := w.createCmd()
	assert.Regexp(t, "^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$", id)
	r := w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceCmd, shell: id})
	assert.Empty(t, r.all("rsp:State"))
	assert.Empty(t, r.all("rsp:CompressionMode"))
	r = w.serve(ask{action: wsman.ActionDisconnect, resource: wsman.ResourceCmd, shell: id, body: "<r:Disconnect/>"})
	require.ErrorIs(t, r.err(), wsman.CodeDisconnectNotSupported)

	r = w.serve(ask{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: strings.Replace(cmdShell(""), "<r:Shell", `<r:Shell ShellId="`+shellA+`"`, 1)})
	require.NoError(t, r.err())
	assert.Equal(t, "Connected", r.text("rsp:State"), "one with a ShellId can")
	r = w.serve(ask{action: wsman.ActionDisconnect, resource: wsman.ResourceCmd, shell: shellA, body: "<r:Disconnect/>"})
	require.NoError(t, r.err())
}

func TestCreateRefused(t *testing.T) {
	tests := map[string]struct {
		ask  ask
		code wsman.FaultCode
	}{
		"no body":               {ask{}, wsman.CodeSchemaValidation},
		"wrong element":         {ask{body: "<r:Command/>"}, wsman.CodeSchemaValidation},
		"wrong namespace":       {ask{body: "<Shell/>"}, wsman.CodeSchemaValidation},
		"id is none":            {ask{body: psShell("abc", "")}, wsman.CodeShellIDNotValid},
		"id in braces":          {ask{body: psShell("{"+shellA+"}", "")}, wsman.CodeShellIDNotValid},
		"id with others around": {ask{body: psShell("x"+shellA+"y", "")}, wsman.CodeShellIDNotValid},
		"name too long":         {ask{body: psShell(shellA, "<r:Name>"+strings.Repeat("n", maxName+1)+"</r:Name>")}, wsman.CodeShellNameInvalid},
		"unknown configuration": {ask{resource: wsman.ResourcePowerShellPrefix + "Nobody", body: psShell(shellA, "")}, wsman.CodeInvalidURI},
		"no configuration":      {ask{resource: "http://example.org/x", body: psShell(shellA, "")}, wsman.CodeInvalidURI},
		"variable without name": {ask{body: psShell(shellA, `<r:Environment><r:Variable>1</r:Variable></r:Environment>`)}, wsman.CodeInvalidParameter},
		"variable with =":       {ask{body: psShell(shellA, `<r:Environment><r:Variable Name="a=b">1</r:Variable></r:Environment>`)}, wsman.CodeInvalidParameter},
		"idle below":            {ask{body: psShell(shellA, "<r:IdleTimeOut>PT59.999S</r:IdleTimeOut>")}, wsman.CodeIdleTimeoutOutOfBounds},
		"idle above":            {ask{body: psShell(shellA, "<r:IdleTimeOut>P25D</r:IdleTimeOut>")}, wsman.CodeIdleTimeoutOutOfBounds},
		"idle zero":             {ask{body: psShell(shellA, "<r:IdleTimeOut>PT0S</r:IdleTimeOut>")}, wsman.CodeIdleTimeoutOutOfBounds},
		"idle huge":             {ask{body: psShell(shellA, "<r:IdleTimeOut>P99999999999999999D</r:IdleTimeOut>")}, wsman.CodeSchemaValidation},
		"idle is none":          {ask{body: psShell(shellA, "<r:IdleTimeOut>60</r:IdleTimeOut>")}, wsman.CodeSchemaValidation},
		"lifetime is none":      {ask{body: psShell(shellA, "<r:Lifetime>never</r:Lifetime>")}, wsman.CodeSchemaValidation},
		"lifetime zero":         {ask{body: psShell(shellA, "<r:Lifetime>PT0S</r:Lifetime>")}, wsman.CodeInvalidParameter},
		"buffer mode":           {ask{body: psShell(shellA, "<r:BufferMode>Keep</r:BufferMode>")}, wsman.CodeInvalidParameter},
		"compression":           {ask{body: psShell(shellA, ""), header: "<r:CompressionType>gzip</r:CompressionType>"}, wsman.CodeUnsupportedFeature},
		"selector":              {ask{shell: nowhere, body: "<r:Other/>"}, wsman.CodeSchemaValidation},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			test.ask.action = wsman.ActionCreate
			require.ErrorIs(t, w.serve(test.ask).err(), test.code)
			assert.Empty(t, w.powershell.Instances())
		})
	}
}

// TestCreateAgain: an identifier is taken as long as its shell is there.
func TestCreateAgain(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	for _, who := range []wsman.Principal{ann, bob} {
		r := w.serve(ask{action: wsman.ActionCreate, body: psShell(strings.ToLower(shellA), ""), who: who})
		require.ErrorIs(t, r.err(), wsman.CodeShellIDConflict)
	}
	require.NoError(t, w.serve(ask{action: wsman.ActionDelete, shell: shellA}).err())
	require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, ""), who: bob}).err())
}

// TestCreateFails: a plug-in's refusal is told in its own words, and leaves
// nothing.
func TestCreateFails(t *testing.T) {
	var refusal error
	w := newWorld(t, func(w *world) {
		w.powershell.OpenFunc = func(context.Context, *shelltest.Instance) error { return refusal }
	})
	refusal = &shell.PluginError{Code: 0x80540BC7, Message: "The option protocolversion is missing."}
	r := w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, "")})
	require.ErrorIs(t, r.err(), wsman.FaultCode(0x80540BC7))
	assert.Equal(t, "The option protocolversion is missing.", r.fault.Message())
	assert.Equal(t, "microsoft.powershell", r.fault.WSMan.Provider.Provider)

	refusal = errors.New("secret")
	r = w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, "")})
	require.ErrorIs(t, r.err(), wsman.CodeInternalError)
	assert.NotContains(t, string(r.envelope), "secret")

	refusal = nil
	require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, "")}).err())
}

func TestQuotas(t *testing.T) {
	w := newWorld(t)
	limit := func(uri string) *shell.Configuration { return w.configuration(uri) }
	limit(uriPowerShell).MaxShellsPerUser = 1
	limit(uriPowerShell).MaxConcurrentUsers = 1
	limit(uriPowerShell).MaxConcurrentCommandsPerShell = 1
	w.createPowerShell()
	w.command()
	r := w.serve(ask{action: wsman.ActionCommand, shell: shellA, body: commandBody("", "YQ==")})
	require.ErrorIs(t, r.err(), wsman.CodeQuotaMaxCommandsPerShellPPQ)
	r = w.serve(ask{action: wsman.ActionCreate, body: psShell(nowhere, "")})
	require.ErrorIs(t, r.err(), wsman.CodeQuotaMaxShellsPPQ)
	assert.Contains(t, r.fault.Message(), "Microsoft.PowerShell", "the message names the configuration")
	r = w.serve(ask{action: wsman.ActionCreate, body: psShell(nowhere, ""), who: bob})
	require.ErrorIs(t, r.err(), wsman.CodeQuotaMaxUsersPPQ)

	w.createCmd()
	limit(wsman.ResourceCmd).Service.MaxShellsPerUser = 2 // of all kinds
	r = w.serve(ask{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: cmdShell("")})
	require.ErrorIs(t, r.err(), wsman.CodeQuotaMaxShells)
}

// TestIdleTimeout: Disconnect may change it, Connect and Reconnect do not.
func TestIdleTimeout(t *testing.T) {
	w := newWorld(t)
	sh := w.createPowerShell()
	now := func() string { return w.serve(ask{action: wsman.ActionGet, shell: shellA}).text("rsp:IdleTimeOut") }
	assert.Equal(t, "PT7200.000S", now())
	do := func(action, body, session string) {
		require.NoError(t, w.serve(ask{action: action, shell: shellA, body: body, session: session}).err())
	}
	do(wsman.ActionDisconnect, "<r:Disconnect><r:IdleTimeOut>PT70S</r:IdleTimeOut><r:BufferMode>Drop</r:BufferMode></r:Disconnect>", "")
	assert.Equal(t, "PT70.000S", now())
	do(wsman.ActionReconnect, "<r:Reconnect><r:BufferMode>Block</r:BufferMode><r:IdleTimeOut>PT80S</r:IdleTimeOut></r:Reconnect>", "")
	assert.Equal(t, "PT70.000S", now())
	info, err := sh.Info(shell.Client{User: ann.User})
	require.NoError(t, err)
	assert.Equal(t, shell.Block, info.BufferMode)
	do(wsman.ActionDisconnect, "", "")
	do(wsman.ActionConnect, connectBody("<r:BufferMode>Drop</r:BufferMode><r:IdleTimeOut>PT80S</r:IdleTimeOut>"), "uuid:other")
	info, err = sh.Info(shell.Client{User: ann.User})
	require.NoError(t, err)
	assert.Equal(t, shell.Drop, info.BufferMode)
	assert.Equal(t, 70*time.Second, info.IdleTimeout)
}
