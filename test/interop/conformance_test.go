package interop

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/conformance"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestConformance: winrmd with a real engine passes its own suite, slow checks
// and all, over a sealed connection, and no shell is left.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "[Winrs]\nMaxShellsPerUser = 20\n"})
	s.addUser(t, "bob")
	as := func(user, password string) *wsmanclient.Client {
		client, err := wsmanclient.New("http://"+s.addresses["http"]+"/wsman", wsmanclient.Config{
			Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: user, Password: password}),
		})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, client.Close()) })
		return client
	}
	client := as("alice", passwordOf("alice"))
	plain := &http.Transport{}
	defer plain.CloseIdleConnections()
	report := conformance.Run(t.Context(), conformance.Config{
		Server: client, URL: client.URL(), HTTP: plain, Timeout: 3 * patience,
		Other: as("bob", passwordOf("bob")), Wrong: as("conformance-nobody", "wrong"),
	})
	for _, r := range report.Results {
		assert.Equal(t, conformance.Passed, r.Outcome, "%s", r)
	}
	assert.Len(t, report.Results, len(conformance.Checks()))
	shells := 0
	for _, err := range client.Enumerate(t.Context(), wsmanclient.Resource{URI: wsman.ResourceShell}, wsmanclient.EnumerateOptions{}) {
		require.NoError(t, err)
		shells++
	}
	assert.Zero(t, shells, "shells are left")
}
