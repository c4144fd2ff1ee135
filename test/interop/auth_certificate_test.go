package interop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// authority issues certificates for clients.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{certificate, key}
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// issue makes a certificate that a client is told of by options.
func (a authority) issue(t *testing.T) args {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "alice"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 17}, Value: userPrincipalName("alice@example.com")}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certificate, keyFile := filepath.Join(t.TempDir(), "certificate.pem"), filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(certificate, []byte(certificatePEM(der)), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	return args{"certificate": certificate, "key": keyFile}
}

// userPrincipalName is a subject alternative name with an otherName of a short
// name (RFC 5280 4.2.1.6).
func userPrincipalName(name string) []byte {
	wrap := func(tag byte, content []byte) []byte { return append([]byte{tag, byte(len(content))}, content...) }
	upn := []byte{6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3}
	return wrap(0x30, wrap(0xA0, append(upn, wrap(0xA0, wrap(0x0C, []byte(name)))...)))
}

func pypsrpCertificate(o args) args {
	return args{"certificate_pem": o["certificate"], "certificate_key_pem": o["key"]}
}

func pywinrmCertificate(o args) args {
	return args{"cert_pem": o["certificate"], "cert_key_pem": o["key"]}
}

// TestAuthCertificate: the profile https/mutual (DSP0226, MS-WSMV 2.2.9.1).
func TestAuthCertificate(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	files := func(mapping string) setup {
		return setup{
			encryptedOnly: true, withoutSlot: true, arguments: []string{"--auth", "certificate"},
			files: map[string]string{"client-ca.pem": certificatePEM(ca.certificate.Raw), "certmapping.toml": "[[Mapping]]\n" + mapping},
		}
	}
	s := start(t, files("Subject = \"*@example.com\"\nUser = \"Alice\"\n"))
	own := ca.issue(t)
	t.Run("pypsrp", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		c := s.client().over("https").authenticating("certificate", "auto", pypsrpCertificate(own))
		c.ran(t, "pypsrp", "run")
		got := run[invocation](t, c, "psrp_invoke.py", args{"script": "6 * 7"})
		got.completed(t)
		assert.Equal(t, []any{42.0}, got.Output)
	})
	t.Run("pywinrm", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		c := s.client().over("https").authenticating("certificate", "auto", pywinrmCertificate(own))
		c.ran(t, "pywinrm", "exit code and stderr")
		pywinrmExitCode(t, c)
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		takeSlot(t)
		c := s.client().over("https").authenticating("certificate", "auto", pypsrpCertificate(other.issue(t)))
		assert.NotEmpty(t, c.fails(t, "login.py", nil).Type, "another authority")
	})
	t.Run("one resource", func(t *testing.T) {
		t.Parallel()
		s := start(t, files("Subject = \"*\"\nURI = \"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd\"\nUser = \"alice\"\n"))
		takeSlot(t)
		pywinrmExitCode(t, s.client().over("https").authenticating("certificate", "auto", pywinrmCertificate(own)))
		c := s.client().over("https").authenticating("certificate", "auto", pypsrpCertificate(own))
		assert.EqualValues(t, 5, c.fails(t, "psrp_invoke.py", args{"script": "1"}).Code, "access denied")
	})
}
