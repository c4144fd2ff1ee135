package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// Profile is what a client sends as its Authorization.
const Profile = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"

// SchemeName is the Scheme of Principals.
const SchemeName = "Certificate"

// Config is what a Scheme is made of. All are asked at each request, and all are
// needed. An error of theirs means that the certificate could not be judged.
type Config struct {
	// Roots returns the authorities whose certificates are good.
	Roots func() (*x509.CertPool, error)
	// Mappings returns the mappings, the first of which counts that is for a
	// certificate.
	Mappings func() ([]Mapping, error)
	// Identify finds the user of a mapping; ok is false if there is no such
	// user.
	Identify func(ctx context.Context, user string) (identity auth.Identity, ok bool, err error)
}

// Scheme lets clients in by their certificate. It implements auth.Scheme.
type Scheme struct{ config Config }

// New makes a Scheme. The listener's TLS configuration must go through Request.
func New(c Config) *Scheme { return &Scheme{c} }

// Request makes a TLS server ask clients for a certificate. It does not judge
// it, and clients need not have one.
func Request(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }

// Name is the profile.
func (*Scheme) Name() string { return Profile }

// Challenge is empty: clients use the scheme without an offer.
func (*Scheme) Challenge() string { return "" }

// Offered reports whether r came over TLS.
func (*Scheme) Offered(r *http.Request) bool { return r.TLS != nil }

// Begin makes the state of one connection, which is none: each request carries
// the name of the profile, and what it refers to is the connection's.
func (s *Scheme) Begin() auth.Context { return s }

// Step judges the certificate. It does so at each request, which costs a
// fraction of a millisecond: a certificate that expires, a mapping that is
// disabled and a user who is removed are out at once.
func (s *Scheme) Step(ctx context.Context, r *http.Request, token string) (auth.Result, error) {
	result, err := s.judge(ctx, r, token)
	if err == nil {
		return result, nil
	}
	var e *auth.Error
	if !errors.As(err, &e) {
		e = &auth.Error{Err: err}
	}
	e.Scheme = SchemeName // the profile would be a long name in a log
	return auth.Result{}, e
}

func (s *Scheme) judge(ctx context.Context, r *http.Request, token string) (auth.Result, error) {
	if token != "" {
		return auth.Result{}, fmt.Errorf("%w: a token beside the certificate", auth.ErrWrongCredentials)
	}
	if r.TLS == nil {
		return auth.Result{}, refuse(Missing, nil)
	}
	roots, err := s.config.Roots()
	if err != nil {
		return auth.Result{}, fmt.Errorf("certificate authorities: %w", err)
	}
	mappings, err := s.config.Mappings()
	if err != nil {
		return auth.Result{}, fmt.Errorf("certificate mappings: %w", err)
	}
	chains, upns, err := verify(r.TLS.PeerCertificates, roots, time.Now())
	if err != nil {
		return auth.Result{}, &auth.Error{User: shownName(r.TLS.PeerCertificates), Err: err}
	}
	user, resources, err := chooseAny(mappings, chains, upns)
	if err != nil {
		return auth.Result{}, &auth.Error{User: shownName(r.TLS.PeerCertificates), Err: err}
	}
	identity, ok, err := s.config.Identify(ctx, user)
	if err != nil {
		return auth.Result{}, &auth.Error{User: user, Err: err}
	}
	if !ok {
		return auth.Result{}, &auth.Error{User: user, Err: refuse(UnknownUser, nil)}
	}
	return auth.Result{Done: true, Principal: wsman.Principal{
		User: identity.Name, Account: identity.Account, Groups: identity.Groups,
		Scheme: SchemeName, Resources: resources,
	}}, nil
}

// chooseAny takes the first chain that there is a mapping for.
func chooseAny(mappings []Mapping, chains [][]*x509.Certificate, upns []string) (user string, resources []string, err error) {
	for _, chain := range chains {
		if user, resources, err = choose(mappings, chain, upns); err == nil {
			break
		}
	}
	return user, resources, err
}

// shownName is what a refused client is called in the log: what it claims.
func shownName(sent []*x509.Certificate) string {
	if len(sent) == 0 {
		return ""
	}
	name := sent[0].Subject.String()
	if upns, err := UPNs(sent[0]); err == nil && len(upns) > 0 {
		name = upns[0]
	}
	const longest = 64
	return name[:min(len(name), longest)]
}
