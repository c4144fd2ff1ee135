package interop

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/conformance"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// elsewhere are the checks that need another server than the others: one without
// shells, and one with a KDC.
var elsewhere = regexp.MustCompile("^(create/switched-off|kerberos/.*)$")

// TestConformanceSwitchedOff: winrmd passes the check of a server that opens no
// shells.
func TestConformanceSwitchedOff(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "[Winrs]\nAllowRemoteShellAccess = false\n"})
	client := s.goClient(t, "https", wsmanclient.Config{Authentication: wsmanclient.Basic("alice", passwordOf("alice"))})
	report := conformance.Run(t.Context(), conformance.Config{
		Server: client, URL: client.URL(), Timeout: 3 * patience, Run: regexp.MustCompile("^create/switched-off$"),
	})
	assert.Equal(t, 1, report.Count(conformance.Passed), "%s", report)
}

// TestConformanceKerberos: winrmd passes the checks of wrong tickets, with a KDC, over
// http and https.
func TestConformanceKerberos(t *testing.T) {
	t.Parallel()
	k := startKDC(t)
	s := start(t, setup{encryptedOnly: true, arguments: []string{"--keytab", k.keytab}})
	host := kerberosHosts[aes256]
	login := kerberos.NewLogin(kerberos.LoginConfig{
		User: "alice", Password: func() string { return passwordOf("alice") }, Config: k.path("krb5.conf"),
	})
	for _, scheme := range []string{"http", "https"} {
		client := s.goClientAt(t, scheme, host, wsmanclient.Config{Authentication: wsmanclient.Kerberos(wsmanclient.NegotiateConfig{
			User: "alice", Password: passwordOf("alice"), KerberosConfig: k.path("krb5.conf"),
		})})
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // a certificate of this test
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, s.addresses[scheme])
			},
		}
		report := conformance.Run(t.Context(), conformance.Config{
			Server: client, URL: client.URL(), HTTP: transport, Timeout: 3 * patience,
			Tickets: login, Service: "HTTP/" + host, Run: regexp.MustCompile("^kerberos/"),
		})
		transport.CloseIdleConnections()
		for _, r := range report.Results {
			want := conformance.Passed
			if scheme == "http" && r.Name == "kerberos/other-channel" {
				want = conformance.Skipped
			}
			assert.Equal(t, want, r.Outcome, "%s: %s", scheme, r)
		}
		assert.NotEmpty(t, report.Results)
	}
}

// TestConformance: winrmd with a real engine passes its own suite, slow checks
// and all, over a sealed connection, and no shell is left.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := start(t, setup{
		settings: "Administrators = [\"root\"]\n[Service]\nMaxConcurrentOperationsPerUser = 64\n[Winrs]\nMaxShellsPerUser = 20\nMaxConcurrentUsers = 2\n",
		configurations: map[string]string{
			"Shells":   "MaxShells = 1\n",
			"User":     "MaxShellsPerUser = 1\n",
			"Users":    "MaxConcurrentUsers = 1\n",
			"Commands": "MaxConcurrentCommandsPerShell = 2\n",
		},
	})
	s.addUser(t, "bob")
	s.addUser(t, "root")
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
		Other: as("bob", passwordOf("bob")), Administrator: as("root", passwordOf("root")), Wrong: as("conformance-nobody", "wrong"),
	})
	for _, r := range report.Results {
		want := conformance.Passed
		if elsewhere.MatchString(r.Name) {
			want = conformance.Skipped
		}
		assert.Equal(t, want, r.Outcome, "%s", r)
	}
	assert.Len(t, report.Results, len(conformance.Checks()))
	shells := 0
	for _, err := range client.Enumerate(t.Context(), wsmanclient.Resource{URI: wsman.ResourceShell}, wsmanclient.EnumerateOptions{}) {
		require.NoError(t, err)
		shells++
	}
	assert.Zero(t, shells, "shells are left")
}
