//go:build linux

package cmdlets

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // thumbprints are that
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certificates are an authority's, and clients' of it in a directory: files with a
// certificate and its key.
type certificates struct {
	directory string
	authority *x509.Certificate
	key       *ecdsa.PrivateKey
}

func newCertificates(t *testing.T) *certificates {
	t.Helper()
	c := &certificates{directory: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	der, key := c.sign(t, template, template, nil)
	authority, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	c.authority, c.key = authority, key
	return c
}

func (c *certificates) sign(t *testing.T, template, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	if by == nil {
		by = key
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	require.NoError(t, err)
	return der, key
}

// authorityPEM is what a server is told.
func (c *certificates) authorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.authority.Raw})
}

// issue makes a certificate for a user principal name, and returns its thumbprint.
func (c *certificates) issue(t *testing.T, name string) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		ExtKeyUsage:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 17}, Value: userPrincipalName(name)}},
	}
	der, key := c.sign(t, template, c.authority, c.key)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	content := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...)
	sum := sha1.Sum(der) //nolint:gosec // see above
	thumbprint := strings.ToUpper(hex.EncodeToString(sum[:]))
	require.NoError(t, os.WriteFile(filepath.Join(c.directory, thumbprint+".pem"), content, 0o600))
	return thumbprint
}

// userPrincipalName is a subject alternative name with an otherName (RFC 5280
// 4.2.1.6) of a short name.
func userPrincipalName(name string) []byte {
	wrap := func(tag byte, content []byte) []byte { return append([]byte{tag, byte(len(content))}, content...) }
	upn := []byte{6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3}
	return wrap(0x30, wrap(0xA0, append(upn, wrap(0xA0, wrap(0x0C, []byte(name)))...)))
}
