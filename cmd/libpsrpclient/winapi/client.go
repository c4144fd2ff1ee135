package winapi

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// retryVariable is an environment variable that says for how long a lost network
// is tried, as "20s": what Windows has as a setting that nobody can change.
const retryVariable = "WINRMD_CLIENT_RETRY_TIME"

func retryTime() time.Duration {
	if d, err := time.ParseDuration(os.Getenv(retryVariable)); err == nil && d > 0 {
		return d
	}
	return wsmanclient.DefaultRetryTime
}

// newClient is called with the lock held.
func (s *Session) newClient() (*wsmanclient.Client, error) {
	o := &s.options
	config := wsmanclient.Config{
		AllowUnencrypted: o.flag(OptionUnencryptedMessages),
		OperationTimeout: o.duration(OptionDefaultOperationTimeout),
		MaxEnvelopeSize:  int(o.numbers[OptionMaxEnvelopeSize]) << 10,
		Locale:           o.strings[OptionUILanguage],
		DataLocale:       o.strings[OptionLocale],
		UserAgent:        "Microsoft WinRM Client",
		RetryTime:        retryTime(),
		RetryInterval:    min(wsmanclient.DefaultRetryInterval, retryTime()/4),
		Notify:           s.notify,
	}
	if len(s.clients) > 0 {
		config.SessionID = s.clients[0].SessionID()
	}
	if o.flag(OptionUTF16) {
		config.Charset = wsman.UTF16
	}
	var err *Error
	if config.Authentication, err = s.credentials.authentication(o); err != nil {
		return nil, err
	}
	if config.Proxy, err = s.proxy.url(); err != nil {
		return nil, err
	}
	if config.TLS, err = s.tlsConfig(); err != nil {
		return nil, err
	}
	return wsmanclient.New(s.url(), config)
}

// url is the connection string with what is not in it.
func (s *Session) url() string {
	if strings.Contains(s.connection, "://") || !s.options.flag(OptionUseSSL) {
		return s.connection
	}
	return "https://" + s.connection
}

// tlsConfig does the checks that the options leave. Revocation is not looked at
// in any case.
func (s *Session) tlsConfig() (*tls.Config, *Error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	skipCA, skipCN := s.options.flag(OptionSkipCACheck), s.options.flag(OptionSkipCNCheck)
	if skipCA || skipCN {
		c.InsecureSkipVerify = true //nolint:gosec // VerifyConnection does what is left of it
		host := hostOf(s.url())
		c.VerifyConnection = func(state tls.ConnectionState) error { return verify(state, host, skipCA, skipCN) }
	}
	if s.credentials.Mechanism == MechanismCertificate {
		certificate, err := findCertificate(s.credentials.Thumbprint)
		if err != nil {
			return nil, newError(errorNotFound, err.Error())
		}
		c.Certificates = []tls.Certificate{certificate}
	}
	return c, nil
}

// hostOf is the host in a URL.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "" // no certificate is for that; New will say what is wrong
	}
	return u.Hostname()
}

// verify checks a server's certificate but for its authority or its name. The
// name is not the connection's ServerName, in which there are no addresses.
func verify(state tls.ConnectionState, host string, skipCA, skipCN bool) error {
	leaf := state.PeerCertificates[0]
	if !skipCN {
		if err := leaf.VerifyHostname(host); err != nil {
			return err
		}
	}
	if skipCA {
		return nil
	}
	o := x509.VerifyOptions{Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(o)
	return err
}
