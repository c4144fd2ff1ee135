package interop

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// addUserWithout adds a user of whom no NT hash is kept.
func (s *server) addUserWithout(t *testing.T, name string) {
	t.Helper()
	s.command(t, passwordOf(name)+"\n", "user", "add", "--state", s.state, name, "--password-stdin", "--ntlm=false")
}

// refuses runs a command of winrmd that must fail, and returns what it says.
func (s *server) refuses(t *testing.T, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	output, err := exec.CommandContext(ctx, s.program, arguments...).CombinedOutput()
	require.Error(t, err, "winrmd %v:\n%s", arguments, output)
	return string(output)
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return port
}

// startBetween starts a server that ends TLS with a certificate of its own and
// passes everything on over TLS. It returns its address.
func startBetween(t *testing.T, to string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go passOn(near, to)
		}
	}()
	return l.Addr().String()
}

// passOn copies in both directions until one end closes.
func passOn(near net.Conn, to string) {
	defer near.Close()
	far, err := tls.Dial("tcp", to, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // it is no better than it should be
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		_, _ = io.Copy(far, near)
		far.Close()
	}()
	_, _ = io.Copy(near, far)
}
