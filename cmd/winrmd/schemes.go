package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// The schemes, as --auth names them.
const (
	schemeBasic       = "basic"
	schemeNegotiate   = "negotiate"
	schemeKerberos    = "kerberos"
	schemeCertificate = "certificate"
	schemeCredSSP     = "credssp"
)

var schemeNames = []string{schemeBasic, schemeNegotiate, schemeKerberos, schemeCertificate, schemeCredSSP}

// checkSchemes says what is wrong with a list for --auth; nil is no list.
func checkSchemes(list []string) error {
	for _, name := range list {
		if !slices.Contains(schemeNames, name) {
			return fmt.Errorf("--auth: %q is none of %s", name, strings.Join(schemeNames, ", "))
		}
	}
	return nil
}

// enabled reports whether a scheme is switched on: by the command line, else by
// the settings as they are now.
func (d *daemon) enabled(scheme string) bool {
	if d.options.auth != nil {
		return slices.Contains(d.options.auth, scheme)
	}
	service := d.settings.Service()
	switch scheme {
	case schemeBasic:
		return service.Auth.Basic
	case schemeNegotiate:
		return service.Auth.Negotiate
	case schemeKerberos:
		return service.Auth.Kerberos && d.acceptor != nil
	case schemeCertificate:
		return service.Auth.Certificate
	case schemeCredSSP:
		return service.Auth.CredSSP
	}
	return false
}

// openAcceptor reads the keytab, if there is one, and checks that what is
// switched on can be had.
func (d *daemon) openAcceptor() error {
	if err := checkSchemes(d.options.auth); err != nil {
		return err
	}
	keytab := orElse(d.options.keytab, d.settings.Service().Auth.Keytab)
	if keytab != "" {
		// HTTP is what Windows and pywinrm ask for, WSMAN what Ansible does, and
		// host what pypsrp does where nothing else is said.
		var err error
		if d.acceptor, err = kerberos.NewAcceptor(kerberos.Config{
			Keytab: keytab, Services: []string{"HTTP", "WSMAN", "host"},
		}); err != nil {
			return err
		}
	}
	if d.enabled(schemeKerberos) && d.acceptor == nil {
		return errors.New("--auth kerberos needs a keytab: --keytab FILE, or Auth.Keytab in winrmd.toml")
	}
	return nil
}

// switched offers a scheme as long as it is switched on.
type switched struct {
	auth.Scheme
	on func() bool
}

// Offered implements auth.Scheme.
func (s *switched) Offered(r *http.Request) bool { return s.on() && s.Scheme.Offered(r) }

// schemes are those of one listener, in the order in which WinRM offers them.
// The certificate is nil where the listener speaks no TLS.
func (d *daemon) schemes(certificate *tls.Certificate) ([]auth.Scheme, error) {
	all := d.newAccounts()
	responses, err := d.ntlmVerifier(negotiate.NewVerifier(all), all)
	if err != nil {
		return nil, err
	}
	passwords, err := d.passwordVerifier(all)
	if err != nil {
		return nil, err
	}
	config := negotiate.Config{
		Accounts: all, NTLM: d.entrance.guard.NTLM(responses), Target: ntlmTarget(), Kerberos: d.acceptor,
		RequireMIC: func() bool { return d.settings.Service().Auth.RequireNTLMMIC },
		Hardening:  func() negotiate.Hardening { return hardening(d.settings.Service()) },
	}
	if certificate != nil {
		config.Channel = negotiate.EndPoint(certificate.Leaf)
	}
	var schemes []auth.Scheme
	add := func(name string, s auth.Scheme) {
		schemes = append(schemes, &switched{s, func() bool { return d.enabled(name) }})
	}
	n, err := negotiate.New(config)
	if err != nil {
		return nil, err
	}
	add(schemeNegotiate, n)
	if d.acceptor != nil {
		k, err := negotiate.NewKerberos(config)
		if err != nil {
			return nil, err
		}
		add(schemeKerberos, k)
	}
	add(schemeBasic, auth.NewBasic(d.entrance.guard.Verifier(passwords), d.allowUnencrypted))
	c, err := d.credSSP(config, all, certificate)
	if err != nil {
		return nil, err
	}
	add(schemeCredSSP, c)
	if certificate != nil {
		add(schemeCertificate, d.certificateScheme(all))
	}
	return schemes, nil
}

// hardening is CbtHardeningLevel, which the settings have checked.
func hardening(service configuration.Service) negotiate.Hardening {
	level, err := negotiate.ParseHardening(service.Auth.CbtHardeningLevel)
	if err != nil {
		return negotiate.Strict
	}
	return level
}

// ntlmTarget is what a machine outside of a domain calls itself.
func ntlmTarget() ntlm.Target {
	const longest = 15 // of a NetBIOS name
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	short, _, _ := strings.Cut(host, ".")
	short = strings.ToUpper(short[:min(len(short), longest)])
	return ntlm.Target{ComputerName: short, DomainName: short, DNSComputerName: host, DNSDomainName: host}
}
