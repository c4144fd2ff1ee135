package winapi

import (
	"crypto/sha1" //nolint:gosec // thumbprints are that
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// certificateVariable names the directory with certificates of the user: PEM
// files that have the certificate and its key.
const certificateVariable = "WINRMD_CLIENT_CERTIFICATES"

func certificateDirectory() (string, error) {
	if d := os.Getenv(certificateVariable); d != "" {
		return d, nil
	}
	d, err := os.UserConfigDir()
	return filepath.Join(d, "winrmd", "client-certificates"), err
}

// findCertificate looks for a certificate by its thumbprint.
func findCertificate(thumbprint string) (tls.Certificate, error) {
	directory, err := certificateDirectory()
	if err != nil {
		return tls.Certificate{}, err
	}
	wanted := strings.ToLower(strings.ReplaceAll(thumbprint, " ", ""))
	files, err := filepath.Glob(filepath.Join(directory, "*.pem"))
	if err != nil {
		return tls.Certificate{}, err
	}
	for _, f := range files {
		c, err := tls.LoadX509KeyPair(f, f)
		if err != nil {
			continue // somebody else's file
		}
		sum := sha1.Sum(c.Certificate[0]) //nolint:gosec // see above
		if hex.EncodeToString(sum[:]) == wanted {
			return c, nil
		}
	}
	return tls.Certificate{}, fmt.Errorf("no PEM file in %s has a certificate with the thumbprint %s, and its key", directory, thumbprint)
}
