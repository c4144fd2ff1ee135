package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"log/slog"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/configresource"
)

// settingsText are the settings of the server in memory: quotas that can be come to.
const settingsText = `[Service]
MaxConcurrentOperationsPerUser = 64
[Winrs]
MaxShellsPerUser = 12
MaxConcurrentUsers = 2
`

// sessions are session configurations, each with one quota that can be come to.
var sessions = map[string]string{
	"Microsoft.PowerShell": "",
	"Shells":               "MaxShells = 3\n",
	"User":                 "MaxShellsPerUser = 3\n",
	"Users":                "MaxConcurrentUsers = 1\n",
	"Commands":             "MaxConcurrentCommandsPerShell = 3\n",
}

// openStore writes the settings into a directory and opens it.
func openStore(t *testing.T, settings string) *configuration.Store {
	t.Helper()
	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "winrmd.toml"), []byte(settings), 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(directory, "configurations"), 0o700))
	for name, text := range sessions {
		require.NoError(t, os.WriteFile(filepath.Join(directory, "configurations", name+".toml"), []byte(text), 0o600))
	}
	store, err := configuration.Open(directory, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return store
}

// listeners are two that open nothing.
type listeners struct{}

// Listener implements configresource.Listeners.
func (listeners) Listener(transport configresource.Transport) configresource.Listener {
	address := "127.0.0.1:5985"
	if transport == configresource.HTTPS {
		address = "127.0.0.1:5986"
	}
	return configresource.Listener{Address: address, Bound: netip.MustParseAddrPort(address)}
}

// Apply implements configresource.Listeners.
func (listeners) Apply() error { return nil }

// Certificate implements configresource.Listeners.
func (listeners) Certificate() (*x509.Certificate, error) { return certificate() }

// certificate is that of the server.
var certificate = sync.OnceValues(func() (*x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server"}, DNSNames: []string{"server"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
})
