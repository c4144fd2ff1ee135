package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// TestCatalogue: who gets what by which resource URI.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	store, err := configuration.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, err = store.ChangeService(func(s *configuration.Service) error {
		s.Groups = map[string][]string{"Operators": {"bob"}}
		s.Winrs.MaxShellsPerUser = 7
		return nil
	})
	require.NoError(t, err)
	for name, edit := range map[string]func(*configuration.Session){
		"Off":    func(s *configuration.Session) { s.Enabled = false },
		"Go":     func(s *configuration.Session) { s.Plugin = configuration.PluginRunspace },
		"Mine":   func(s *configuration.Session) { s.Permission = []string{"ANN", "operators"} },
		"Admins": func(s *configuration.Session) { s.Permission = []string{configuration.GroupAdministrators} },
		"Shell": func(s *configuration.Session) {
			s.Plugin, s.IdleTimeoutMs, s.OutputBufferingMode = configuration.PluginWinrs, 60000, "Drop"
			s.Environment = map[string]string{"B": "2", "A": "1"}
		},
	} {
		s := configuration.NewSession(name)
		edit(&s)
		require.NoError(t, store.Register(s))
	}
	c := newCatalogue(store, "")
	const ps, winrs = "http://schemas.microsoft.com/powershell/", "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"
	for _, test := range []struct {
		uri, user string
		want      error
	}{
		{ps + "microsoft.powershell", "eve", nil},
		{ps + "nobody", "eve", wsman.CodeInvalidURI},
		{ps + "Off", "eve", wsman.CodeInvalidURI},
		{ps + "Go", "eve", nil},
		{ps + "Mine", "eve", wsman.CodeAccessDenied},
		{ps + "mine", "ann", nil},
		{ps + "Mine", "Bob", nil},
		{ps + "Admins", "ann", wsman.CodeAccessDenied},
		{ps + "Admins", "root", nil},
		{ps + "Shell", "ann", wsman.CodeInvalidURI},
		{winrs + "Mine", "ann", wsman.CodeInvalidURI},
		{winrs + "shell", "ann", nil},
		{winrs + "CMD", "ann", nil},
		{"http://example.com/cmd", "ann", wsman.CodeInvalidURI},
	} {
		client := &wsman.Principal{User: test.user}
		if test.user == "root" {
			client.Groups = []string{wsman.GroupAdministrators}
		}
		cfg, _, err := c.Launch(test.uri, client)
		if test.want != nil {
			assert.ErrorIs(t, err, test.want, "%s %s", test.uri, test.user)
			continue
		}
		if assert.NoError(t, err, "%s %s", test.uri, test.user) {
			assert.Equal(t, 7, cfg.Service.MaxShellsPerUser)
		}
	}
	cfg, text, err := c.Launch(winrs+"shell", &wsman.Principal{User: "ann"})
	require.NoError(t, err)
	assert.Equal(t, "Shell", cfg.Name)
	assert.Equal(t, time.Minute, cfg.IdleTimeout)
	assert.Equal(t, shell.Drop, cfg.BufferMode)
	var p plugin
	require.NoError(t, json.Unmarshal(text, &p))
	assert.Equal(t, []shell.Variable{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}, p.Winrs.Environment)
}

// TestCatalogueDemo: the commands written in Go are always winrmd.demo, and
// Microsoft.PowerShell only where the command line says so.
func TestCatalogueDemo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		demo         bool
		demoFile     func(*configuration.Session)
		uri          string
		runspace, ok bool
	}{
		"always there":           {uri: "winrmd.demo", runspace: true, ok: true},
		"in any case of letters": {uri: "WinRMD.Demo", runspace: true, ok: true},
		"PowerShell":             {uri: "Microsoft.PowerShell", ok: true},
		"--demo":                 {demo: true, uri: "microsoft.powershell", runspace: true, ok: true},
		"--demo, another":        {demo: true, uri: "PowerShell.7", ok: true},
		"disabled by its file":   {uri: "winrmd.demo", demoFile: func(s *configuration.Session) { s.Enabled = false }},
		"another by its file":    {uri: "winrmd.demo", demoFile: func(*configuration.Session) {}, ok: true},
	} {
		store, err := configuration.Open(t.TempDir(), slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		if test.demoFile != nil {
			s := configuration.NewSession("winrmd.demo")
			test.demoFile(&s)
			require.NoError(t, store.Register(s))
		}
		c := newCatalogue(store, "")
		c.demo = test.demo
		cfg, text, err := c.Launch(wsman.ResourcePowerShellPrefix+test.uri, &wsman.Principal{User: "ann"})
		if !test.ok {
			assert.ErrorIs(t, err, wsman.CodeInvalidURI, name)
			continue
		}
		if !assert.NoError(t, err, name) {
			continue
		}
		assert.True(t, strings.EqualFold(test.uri, cfg.Name), name)
		var p plugin
		require.NoError(t, json.Unmarshal(text, &p), name)
		assert.Equal(t, test.runspace, p.Runspace != nil, name)
		assert.Equal(t, test.runspace, p.PowerShell == nil, name)
	}
}
