package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// config is how the server is come to: with Negotiate, which is Kerberos or NTLM
// and seals messages where the URL is http.
func (p *program) config() (wsmanclient.Config, error) {
	logon := wsmanclient.NegotiateConfig{User: p.user}
	if p.user != "" {
		password, ok := os.LookupEnv("REMOTE_PASSWORD")
		if !ok {
			return wsmanclient.Config{}, errors.New("REMOTE_PASSWORD has to hold the password of " + p.user)
		}
		logon.Password = password
	}
	c := wsmanclient.Config{
		Authentication: wsmanclient.Negotiate(logon), Proxy: wsmanclient.ProxyFromEnvironment,
		TLS: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: p.insecure},
	}
	if p.ca != "" {
		text, err := os.ReadFile(p.ca)
		if err != nil {
			return wsmanclient.Config{}, err
		}
		c.TLS.RootCAs = x509.NewCertPool()
		if !c.TLS.RootCAs.AppendCertsFromPEM(text) {
			return wsmanclient.Config{}, fmt.Errorf("%s has no certificate in PEM", p.ca)
		}
	}
	return c, nil
}
