package certificate

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// maxChain is how many certificates a client may send.
const maxChain = 10

// verify finds a chain from what a client sent to an authority. The error is a
// *Refusal.
func verify(sent []*x509.Certificate, roots *x509.CertPool, now time.Time) (chains [][]*x509.Certificate, upns []string, err error) {
	switch {
	case len(sent) == 0:
		return nil, nil, refuse(Missing, nil)
	case len(sent) > maxChain:
		return nil, nil, refuse(Malformed, errors.New("the chain is too long"))
	}
	leaf := *sent[0]
	if upns, err = UPNs(&leaf); err != nil {
		return nil, nil, refuse(Malformed, err)
	}
	// Where there is nothing but a UPN in it, crypto/x509 has not understood
	// the alternative name; we have.
	leaf.UnhandledCriticalExtensions = slices.Clone(leaf.UnhandledCriticalExtensions)
	for i, id := range leaf.UnhandledCriticalExtensions {
		if id.Equal(oidSubjectAlternativeName) {
			leaf.UnhandledCriticalExtensions = slices.Delete(leaf.UnhandledCriticalExtensions, i, i+1)
			break
		}
	}
	// A certificate without the extension is good for everything to crypto/x509.
	if !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
		return nil, nil, refuse(WrongUsage, nil)
	}
	intermediates := x509.NewCertPool()
	for _, c := range sent[1:] {
		intermediates.AddCert(c)
	}
	if roots == nil {
		roots = x509.NewCertPool() // nil would be those of the system
	}
	chains, err = leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return nil, nil, refuse(problemOf(err), err)
	}
	return chains, upns, nil
}

// problemOf names what crypto/x509 found.
func problemOf(err error) Problem {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return UnknownIssuer
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Expired
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return WrongUsage
	}
	return Malformed
}
