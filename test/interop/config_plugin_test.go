package interop

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/pluginxml"
	"github.com/winrmd/winrmd/wsman"
)

// pluginStep is one operation of config_plugin.py.
type pluginStep struct {
	Op   string `json:"op"`
	Name string `json:"name,omitempty"`
	Body string `json:"body,omitempty"`
}

// pluginResult is what came of it.
type pluginResult struct {
	Code wsman.FaultCode
	Text string // of a fault
	XML  string // of the body
}

// body is the answer's s:Body.
func (r pluginResult) body(t *testing.T) *etree.Element {
	t.Helper()
	require.Zero(t, r.Code, r.Text)
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromString(r.XML))
	return doc.Root()
}

// session is the session configuration in an answer.
func (r pluginResult) session(t *testing.T) configuration.Session {
	t.Helper()
	e := r.body(t).FindElement("PlugInConfiguration")
	require.NotNil(t, e, r.XML)
	s, _, err := pluginxml.ImportElement(e)
	require.NoError(t, err)
	return s
}

// plugins performs operations on winrm/config/plugin.
func (c client) plugins(t *testing.T, steps ...pluginStep) []pluginResult {
	t.Helper()
	type result struct{ Steps []pluginResult }
	got := run[result](t, c, "config_plugin.py", args{"steps": steps}).Steps
	require.Len(t, got, len(steps))
	return got
}

// pluginBody is the XML of session configuration Test.
func pluginBody(t *testing.T, edit func(*configuration.Session)) string {
	t.Helper()
	s := configuration.NewSession("Test")
	edit(&s)
	text, err := pluginxml.Export(s)
	require.NoError(t, err)
	return string(text)
}

// TestConfigPlugin: an administrator registers a session configuration over the
// protocol, reads it back, changes and removes it, and each time it is what
// sessions get at once. Nobody else may.
func TestConfigPlugin(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "Administrators = [\"root\"]\n"})
	s.addUser(t, "root")
	root, alice := s.client().as("root"), s.client()
	long := func(c *configuration.Session) {
		c.IdleTimeoutMs, c.MaxIdleTimeoutMs, c.OutputBufferingMode = 172800000, 259200000, configuration.BufferDrop
		c.Environment = map[string]string{"REGISTERED": "over the wire"}
	}

	got := root.plugins(t,
		pluginStep{Op: "create", Name: "Test", Body: pluginBody(t, long)},
		pluginStep{Op: "get", Name: "TEST"},
		pluginStep{Op: "enumerate"},
		pluginStep{Op: "create", Name: "Test", Body: pluginBody(t, long)},
	)
	created := got[0].body(t).FindElement("ResourceCreated/ReferenceParameters")
	require.NotNil(t, created, got[0].XML)
	assert.Equal(t, wsman.ResourceConfigPlugin, created.FindElement("ResourceURI").Text())
	assert.Equal(t, "Test", created.FindElement("SelectorSet/Selector").Text())
	want := configuration.NewSession("Test")
	long(&want)
	assert.Equal(t, want, got[1].session(t))
	var names []string
	for _, e := range got[2].body(t).FindElements("EnumerateResponse/Items/PlugInConfiguration") {
		names = append(names, e.SelectAttrValue("Name", ""))
	}
	assert.Equal(t, []string{"Microsoft.PowerShell", "PowerShell.7", "Test"}, names)
	assert.Equal(t, wsman.CodeAlreadyExists, got[3].Code, got[3].Text)

	// It is there for the command line, and for who opens a session.
	var listed []map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.command(t, "", "configuration", "get", "--state", s.state, "Test", "--output", "json")), &listed))
	require.Len(t, listed, 1)
	assert.EqualValues(t, 259200000, listed[0]["MaxIdleTimeoutMs"])
	idle := idleTimeouts(t, alice)
	assert.Equal(t, "PT172800.000S", idle.Default)
	assert.Equal(t, map[string]wsman.FaultCode{"259200": 0, "259201": wsman.CodeIdleTimeoutOutOfBounds}, idle.Create)
	output := run[outcome](t, alice, "psrp_invoke.py", args{"script": "$env:REGISTERED", "configuration": "Test"})
	assert.Equal(t, []any{"over the wire"}, output.Output)

	checkPluginChange(t, root, alice, want)
	checkPluginsDenied(t, alice, want)

	got = root.plugins(t, pluginStep{Op: "delete", Name: "test"}, pluginStep{Op: "get", Name: "Test"}, pluginStep{Op: "delete", Name: "Test"})
	assert.Empty(t, got[0].body(t).ChildElements())
	assert.Equal(t, wsman.CodeResourceNotFound, got[1].Code, got[1].Text)
	assert.Equal(t, wsman.CodeResourceNotFound, got[2].Code, got[2].Text)
	assert.Equal(t, wsman.CodeInvalidURI, wsman.FaultCode(root.fails(t, "psrp_invoke.py", args{"script": "1", "configuration": "Test"}).Code))
}

// idleTimeoutResult is what psrp_idle_timeout.py reports.
type idleTimeoutResult struct {
	Create  map[string]wsman.FaultCode
	Default string
}

func idleTimeouts(t *testing.T, c client) idleTimeoutResult {
	t.Helper()
	return run[idleTimeoutResult](t, c, "psrp_idle_timeout.py", args{
		"configuration": "Test", "create": []int{259200, 259201}, "disconnect": []string{},
	})
}

// checkPluginChange changes settings one by one, and puts back what was.
func checkPluginChange(t *testing.T, root, alice client, was configuration.Session) {
	t.Helper()
	shorter := was
	shorter.IdleTimeoutMs = 3600000
	put := func(s configuration.Session) pluginStep {
		text, err := pluginxml.Export(s)
		require.NoError(t, err)
		return pluginStep{Op: "put", Name: "Test", Body: string(text)}
	}
	impossible := put(shorter)
	impossible.Body = strings.Replace(impossible.Body, ` IdleTimeoutms="3600000"`, ` IdleTimeoutms="259200001"`, 1)
	got := root.plugins(t, put(shorter), impossible, pluginStep{Op: "get", Name: "Test"})
	assert.Equal(t, shorter, got[0].session(t))
	assert.Equal(t, wsman.CodeInvalidValues, got[1].Code)
	assert.Contains(t, got[1].Text, "IdleTimeoutms: 259200001")
	assert.Equal(t, shorter, got[2].session(t))
	assert.Equal(t, "PT3600.000S", idleTimeouts(t, alice).Default)

	closed := was
	closed.Permission = []string{"Administrators"}
	assert.Equal(t, closed, root.plugins(t, put(closed))[0].session(t))
	assert.Equal(t, wsman.CodeAccessDenied, wsman.FaultCode(alice.fails(t, "psrp_invoke.py", args{"script": "1", "configuration": "Test"}).Code))
	assert.Equal(t, []any{float64(2)}, run[outcome](t, root, "psrp_invoke.py", args{"script": "1 + 1", "configuration": "Test"}).Output)
	assert.Equal(t, was, root.plugins(t, put(was))[0].session(t))
}

// checkPluginsDenied tries everything as somebody who is no administrator.
func checkPluginsDenied(t *testing.T, alice client, is configuration.Session) {
	t.Helper()
	text, err := pluginxml.Export(is)
	require.NoError(t, err)
	other := strings.ReplaceAll(string(text), "Test", "Other")
	for i, r := range alice.plugins(t,
		pluginStep{Op: "get", Name: "Test"}, pluginStep{Op: "enumerate"}, pluginStep{Op: "put", Name: "Test", Body: string(text)},
		pluginStep{Op: "create", Name: "Other", Body: other}, pluginStep{Op: "delete", Name: "Test"},
	) {
		assert.Equal(t, wsman.CodeAccessDenied, r.Code, "step %d: %s", i, r.Text)
	}
}
