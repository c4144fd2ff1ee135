package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"path/filepath"
	"sync/atomic"

	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/certificate"
)

// Names in the state directory.
const (
	mappingFile     = "certmapping.toml"
	authoritiesFile = "client-ca.pem"
)

// certificateScheme lets the users of the users file in by certificate.
func (d *daemon) certificateScheme(all *accounts) *certificate.Scheme {
	mappings := certmapping.Open(filepath.Join(d.options.state, mappingFile))
	return certificate.New(certificate.Config{
		Roots: d.authorities(),
		Mappings: func() ([]certificate.Mapping, error) {
			entries, err := mappings.Entries()
			list := make([]certificate.Mapping, len(entries))
			for i, e := range entries {
				list[i] = certificate.Mapping(e)
			}
			return list, err
		},
		Identify: func(ctx context.Context, name string) (auth.Identity, bool, error) {
			user, credential, ok, err := all.file.Find(name)
			if err != nil || !ok {
				return auth.Identity{}, false, err
			}
			return all.identity(ctx, user, credential), true, nil
		},
	})
}

// authorities reads the file that the settings name at the time.
func (d *daemon) authorities() func() (*x509.CertPool, error) {
	type named struct {
		path string
		file *certmapping.Authorities
	}
	var last atomic.Pointer[named]
	return func() (*x509.CertPool, error) {
		path := orElse(d.settings.Service().Auth.CertificateAuthorities, filepath.Join(d.options.state, authoritiesFile))
		now := last.Load()
		if now == nil || now.path != path {
			now = &named{path, certmapping.OpenAuthorities(path)}
			last.Store(now)
		}
		return now.file.Pool()
	}
}

// requestCertificates makes a listener ask clients for a certificate as long as
// the scheme is switched on: some clients ask their user for one then.
func (d *daemon) requestCertificates(c *tls.Config) {
	asking := c.Clone()
	certificate.Request(asking)
	c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if d.enabled(schemeCertificate) {
			return asking, nil
		}
		return nil, nil // c itself
	}
}
