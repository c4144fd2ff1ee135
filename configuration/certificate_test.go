package configuration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCertificateIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	pair, err := Certificate(dir)
	require.NoError(t, err)

	leaf := pair.Leaf
	host, err := os.Hostname()
	require.NoError(t, err)
	for _, name := range []string{host, "localhost", "127.0.0.1", "::1"} {
		assert.NoError(t, leaf.VerifyHostname(name), name)
	}
	assert.Error(t, leaf.VerifyHostname("elsewhere.example"))
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	require.True(t, ok)
	assert.Equal(t, elliptic.P256(), key.Curve)
	assert.WithinDuration(t, time.Now().AddDate(10, 0, 0), leaf.NotAfter, time.Minute)
	assert.False(t, leaf.IsCA)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(filepath.Join(dir, "key.pem"))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	again, err := Certificate(dir)
	require.NoError(t, err)
	assert.Equal(t, pair.Certificate, again.Certificate)
}

func TestCertificateIsTrustedByWhoKnowsIt(t *testing.T) {
	pair, err := Certificate(t.TempDir())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(pair.Leaf)

	here, there := net.Pipe()
	server := tls.Server(here, &tls.Config{Certificates: []tls.Certificate{pair}})
	client := tls.Client(there, &tls.Config{RootCAs: roots, ServerName: "localhost"})
	failed := make(chan error, 1)
	go func() { failed <- server.Handshake() }()
	require.NoError(t, client.Handshake())
	require.NoError(t, <-failed)
}

func TestCertificateErrorsSayWhatToDo(t *testing.T) {
	const advice = "remove both to have a self-signed one made"
	t.Run("key missing", func(t *testing.T) {
		dir := t.TempDir()
		_, err := Certificate(dir)
		require.NoError(t, err)
		require.NoError(t, os.Remove(filepath.Join(dir, "key.pem")))
		_, err = Certificate(dir)
		assert.ErrorContains(t, err, "key.pem")
		assert.ErrorContains(t, err, advice)
	})
	t.Run("mismatch", func(t *testing.T) {
		dir, other := t.TempDir(), t.TempDir()
		for _, d := range []string{dir, other} {
			_, err := Certificate(d)
			require.NoError(t, err)
		}
		require.NoError(t, os.Rename(filepath.Join(other, "key.pem"), filepath.Join(dir, "key.pem")))
		_, err := Certificate(dir)
		assert.ErrorContains(t, err, "does not match")
		assert.ErrorContains(t, err, advice)
	})
	t.Run("rubbish", func(t *testing.T) {
		dir := t.TempDir()
		write(t, "rubbish", dir, "certificate.pem")
		write(t, "rubbish", dir, "key.pem")
		_, err := Certificate(dir)
		assert.ErrorContains(t, err, advice)
	})
}

func TestCertificateExpires(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		pair, err := Certificate(dir)
		require.NoError(t, err)

		time.Sleep(time.Until(pair.Leaf.NotAfter))
		_, err = Certificate(dir)
		require.NoError(t, err)

		time.Sleep(time.Nanosecond)
		_, err = Certificate(dir)
		require.ErrorContains(t, err, "expired at 2010-01-01T00:00:00Z")
		assert.ErrorContains(t, err, "remove both")
	})
	assert.ErrorContains(t, checkValidity(&tls.Certificate{Leaf: &x509.Certificate{NotBefore: time.Now().Add(time.Hour)}}, time.Now()), "not valid before")
}
