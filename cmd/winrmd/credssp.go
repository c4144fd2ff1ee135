package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/credssp"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// credSSP makes the scheme CredSSP with the mechanisms that Negotiate has. Where
// the listener speaks TLS its certificate is shown inside too, if its key is an
// RSA key: pyspnego, requests-credssp and so Ansible know no other here.
func (d *daemon) credSSP(config negotiate.Config, accounts *accounts, certificate *tls.Certificate) (auth.Scheme, error) {
	c := credssp.Config{
		Mechanisms: func() []credssp.Mechanism {
			mechanisms := []credssp.Mechanism{credssp.NTLM{Server: ntlm.NewServer(&ntlm.ServerConfig{
				Verifier: config.NTLM, Target: config.Target, RequireMIC: config.RequireMIC(),
			})}}
			if d.acceptor != nil {
				mechanisms = append(mechanisms, credssp.Kerberos{Context: d.acceptor.Begin()})
			}
			return mechanisms
		},
		Identify:   accounts.identify,
		Generation: accounts.Generation,
		Delegated:  keepPassword,
	}
	if certificate != nil && certificate.Leaf.PublicKeyAlgorithm == x509.RSA {
		c.Certificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return credssp.New(c)
}

// identify says which user a mechanism inside CredSSP has let in.
func (a *accounts) identify(ctx context.Context, m credssp.Mechanism) (auth.Identity, error) {
	switch m := m.(type) {
	case credssp.NTLM:
		if identity, ok := m.Peer().Identity.(auth.Identity); ok {
			return identity, nil
		}
	case credssp.Kerberos:
		peer := m.Peer()
		client := peer.Client
		identity, ok, err := a.Principal(ctx, client.User(), client.Realm, client.Realm == peer.Service.Realm)
		if err != nil || ok {
			return identity, err
		}
	}
	return auth.Identity{}, auth.ErrWrongCredentials
}
