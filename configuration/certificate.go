package configuration

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	certificateFile = "certificate.pem"
	keyFile         = "key.pem"
)

// certificateAdvice ends every error about the pair.
const certificateAdvice = "replace " + certificateFile + " and " + keyFile +
	" with a matching, valid pair, or remove both to have a self-signed one made"

// Certificate returns the TLS certificate in the state directory dir:
// certificate.pem (with its chain, if it has one) and key.pem. Where both are
// missing it makes a self-signed pair for this machine, valid for 10 years. A
// pair that does not match, is not yet valid or has expired is an error that
// says what to do.
func Certificate(dir string) (tls.Certificate, error) {
	certificate, key := filepath.Join(dir, certificateFile), filepath.Join(dir, keyFile)
	_, noCertificate := os.Stat(certificate)
	_, noKey := os.Stat(key)
	if errors.Is(noCertificate, fs.ErrNotExist) && errors.Is(noKey, fs.ErrNotExist) {
		if err := writeSelfSigned(certificate, key); err != nil {
			return tls.Certificate{}, fmt.Errorf("make a TLS certificate in %s: %w", dir, err)
		}
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("TLS certificate in %s: %w; %s", dir, err, certificateAdvice)
	}
	if err := checkValidity(&pair, time.Now()); err != nil {
		return tls.Certificate{}, fmt.Errorf("TLS certificate in %s: %w; %s", dir, err, certificateAdvice)
	}
	return pair, nil
}

func checkValidity(pair *tls.Certificate, now time.Time) error {
	switch leaf := pair.Leaf; {
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("not valid before %s", leaf.NotBefore.Format(time.RFC3339))
	case now.After(leaf.NotAfter):
		return fmt.Errorf("expired at %s", leaf.NotAfter.Format(time.RFC3339))
	}
	return nil
}
