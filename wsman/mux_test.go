package wsman

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a Handler that answers with its name as action.
func named(name string) Handler {
	return HandlerFunc(func(context.Context, *Request) (*Response, error) {
		return &Response{Action: name}, nil
	})
}

func TestMux(t *testing.T) {
	var m Mux
	m.Handle(ResourceCmd, []string{ActionCreate, ActionGet}, named("cmd"))
	m.Handle(ResourcePowerShellPrefix+"*", []string{ActionCreate}, named("powershell"))
	m.Handle(ResourcePowerShellPrefix+"*", []string{ActionGet}, named("powershell get"))
	m.Handle(ResourcePowerShellPrefix+"My*", nil, named("my"))
	m.Handle(ResourcePowerShellPrefix+"Mine", []string{ActionCreate}, named("mine"))
	m.Handle(ResourceShell, nil, named("shell"))
	m.Handle(ResourceShell, []string{ActionEnumerate}, named("enumerate"))
	m.Handle(ResourceConfig, []string{ActionGet}, named("old"))
	m.Handle(ResourceConfig, []string{ActionGet}, named("config"))
	m.HandleIdentify(named("identify"))
	for _, tt := range []struct {
		resource, action, want string
		code                   FaultCode
	}{
		{ResourceCmd, ActionCreate, "cmd", 0},
		{"HTTP://SCHEMAS.microsoft.com/wbem/wsman/1/windows/shell/CMD", ActionGet, "cmd", 0},
		{ResourceCmd, ActionPut, "", CodeActionNotSupported},
		{ResourceCmd, "urn:no-such-action", "", CodeActionNotSupported},
		{ResourceCmd + "x", ActionCreate, "", CodeInvalidURI},
		{ResourcePowerShellPrefix + "Microsoft.PowerShell", ActionCreate, "powershell", 0},
		{"http://schemas.microsoft.com/PowerShell/microsoft.powershell", ActionGet, "powershell get", 0},
		{ResourcePowerShellPrefix + "MyOwn", ActionCreate, "my", 0},
		{ResourcePowerShellPrefix + "mine", ActionCreate, "mine", 0},
		{ResourcePowerShellPrefix + "mine", ActionGet, "", CodeActionNotSupported},
		{NamespacePowerShell, ActionCreate, "", CodeInvalidURI},
		{ResourceShell, ActionEnumerate, "enumerate", 0},
		{ResourceShell, ActionGet, "shell", 0},
		{ResourceConfig, ActionGet, "config", 0},
		{"urn:unknown", ActionGet, "", CodeInvalidURI},
		{"", ActionGet, "", CodeHeaderRequired},
	} {
		r := &Request{Header: Header{ResourceURI: tt.resource, Action: tt.action}}
		got, err := m.ServeWSMan(context.Background(), r)
		if tt.code != 0 {
			require.ErrorIs(t, err, tt.code, "%s %s", tt.resource, tt.action)
			continue
		}
		require.NoError(t, err, "%s %s", tt.resource, tt.action)
		assert.Equal(t, tt.want, got.Action, "%s %s", tt.resource, tt.action)
	}
	got, err := m.ServeWSMan(context.Background(), &Request{Header: Header{Identify: true}})
	require.NoError(t, err)
	assert.Equal(t, "identify", got.Action)
}

func TestEmptyMux(t *testing.T) {
	var m Mux
	_, err := m.ServeWSMan(context.Background(), &Request{Header: Header{Identify: true}})
	require.ErrorIs(t, err, CodeActionNotSupported)
	_, err = m.ServeWSMan(context.Background(), &Request{Header: Header{ResourceURI: "x"}})
	assert.ErrorIs(t, err, CodeInvalidURI)
}
