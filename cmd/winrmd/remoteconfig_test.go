package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// TestRemoteShellAccess: while it is switched off nobody opens a shell, of
// whatever kind.
func TestRemoteShellAccess(t *testing.T) {
	d := testDaemon(t, "Administrators = ['root']\n[Winrs]\nAllowRemoteShellAccess = false\n")
	c := newCatalogue(d.settings.store, "")
	who := &wsman.Principal{User: "root", Groups: []string{wsman.GroupAdministrators}}
	for _, uri := range []string{wsman.ResourceCmd, wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell", wsman.ResourcePowerShellPrefix + "nobody"} {
		_, _, err := c.Launch(uri, who)
		require.ErrorIs(t, err, wsman.CodeRemoteShellsNotAllowed, uri)
		fault := wsman.AsFault(err)
		assert.Equal(t, wsman.QName{Space: wsman.NamespaceWSMan, Local: "InternalError"}, fault.Subcode, "MS-WSMV 2.2.4.42")
		assert.Contains(t, fault.Message(), "AllowRemoteShellAccess")
	}
	_, err := d.settings.ChangeService(func(s *configuration.Service) error { return s.Set("Winrs.AllowRemoteShellAccess", true) })
	require.NoError(t, err)
	_, _, err = c.Launch(wsman.ResourceCmd, who)
	require.NoError(t, err)
}

// TestPacketRetrievalTime bounds the whole of a request; a header never gets
// more than it needs.
func TestPacketRetrievalTime(t *testing.T) {
	for settings, want := range map[string]wsmanserver.Timeouts{
		"": {Header: 20 * time.Second, Body: 2 * time.Minute},
		"[Service]\nMaxPacketRetrievalTimeSeconds = 5\n":    {Header: 5 * time.Second, Body: 5 * time.Second},
		"[Service]\nMaxPacketRetrievalTimeSeconds = 3600\n": {Header: 20 * time.Second, Body: time.Hour},
	} {
		assert.Equal(t, want, testDaemon(t, settings).timeouts(), settings)
	}
}

// TestServiceLimits: what is set counts for the next request.
func TestServiceLimits(t *testing.T) {
	d := testDaemon(t, "[Service]\nMaxConcurrentOperationsPerUser = 3\n")
	assert.Equal(t, 3, d.operationsPerUser())
	_, err := d.settings.ChangeService(func(s *configuration.Service) error { return s.Set("Service.MaxConcurrentOperationsPerUser", 4) })
	require.NoError(t, err)
	assert.Equal(t, 4, d.operationsPerUser())
}
