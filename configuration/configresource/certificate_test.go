package configresource

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// exampleCertificate is a certificate for server and web.example.
func exampleCertificate(t *testing.T) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "certificate.pem"))
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	require.NotNil(t, block)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return c
}
