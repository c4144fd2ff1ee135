package winapi

import (
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Mechanism is an authentication mechanism (WSMAN_FLAG_AUTH_…).
type Mechanism uint32

// The mechanisms. MechanismDefault is Negotiate.
const (
	MechanismDefault     Mechanism = 0
	MechanismNone        Mechanism = 0x1
	MechanismDigest      Mechanism = 0x2
	MechanismNegotiate   Mechanism = 0x4
	MechanismBasic       Mechanism = 0x8
	MechanismKerberos    Mechanism = 0x10
	MechanismCertificate Mechanism = 0x20
	MechanismCredSSP     Mechanism = 0x80
)

// Credentials are who logs on, and how (WSMAN_AUTHENTICATION_CREDENTIALS).
type Credentials struct {
	Mechanism Mechanism
	// User is "" where the logged-on user is meant: whose Kerberos ticket it is.
	User, Password string
	// Thumbprint chooses a certificate, for MechanismCertificate: the SHA-1 of it
	// in hexadecimal.
	Thumbprint string
}

// authentication is how connections log on.
func (c *Credentials) authentication(o *options) (wsmanclient.Authentication, *Error) {
	n := wsmanclient.NegotiateConfig{
		User: c.User, Password: c.Password, PortInServiceName: o.flag(OptionEnableSPNServerPort), Workstation: workstation(),
	}
	switch c.Mechanism {
	case MechanismNone:
		return nil, nil
	case MechanismBasic:
		if c.User == "" {
			return nil, newError(errorExplicitCredentials, "")
		}
		return wsmanclient.Basic(c.User, c.Password), nil
	case MechanismCertificate:
		return wsmanclient.Certificate(), nil
	case MechanismKerberos:
		return wsmanclient.Kerberos(n), nil
	case MechanismCredSSP:
		if c.User == "" {
			return nil, newError(errorExplicitCredentials, "")
		}
		return wsmanclient.CredSSP(n), nil
	case MechanismDefault, MechanismNegotiate:
		return negotiate(n), nil
	}
	return nil, newError(errorInvalidAuthentication, "The client has no Digest.")
}

// negotiate leaves Kerberos out for a name that no Kerberos knows, so that a
// machine without one asks nobody for a ticket.
func negotiate(n wsmanclient.NegotiateConfig) wsmanclient.Authentication {
	if n.User == "" {
		return wsmanclient.KerberosInNegotiate(n)
	}
	if _, err := os.Stat(kerberosConfig()); err != nil {
		return wsmanclient.NTLM(n)
	}
	return wsmanclient.Negotiate(n)
}

func kerberosConfig() string {
	if path := os.Getenv("KRB5_CONFIG"); path != "" {
		return path
	}
	return "/etc/krb5.conf"
}

// workstation is what this computer calls itself to NTLM: a name of NetBIOS.
func workstation() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	name, _, _ = strings.Cut(name, ".")
	return strings.ToUpper(name)
}

// ProxyAccess is how the way to a proxy is found (WSMAN_OPTION_PROXY_…).
type ProxyAccess uint32

// The kinds of ProxyAccess. Where Windows has proxy settings of a user, of the
// machine, and detection, this client has the environment variables HTTPS_PROXY
// and NO_PROXY.
const (
	ProxyUnspecified ProxyAccess = 0
	ProxyIE          ProxyAccess = 1
	ProxyWinHTTP     ProxyAccess = 2
	ProxyAutoDetect  ProxyAccess = 4
	ProxyNone        ProxyAccess = 8
)

// Proxy is a WSMAN_PROXY_INFO.
type Proxy struct {
	Access         ProxyAccess
	Mechanism      Mechanism
	User, Password string
}

// url is who finds the proxy; nil where there is none. A proxy gets a password by
// Basic, and so only from somebody who has asked for Basic: PowerShell asks for
// Negotiate if it is told nothing, which keeps the password from it.
func (p *Proxy) url() (func(*url.URL) (*url.URL, error), *Error) {
	switch p.Access {
	case ProxyUnspecified, ProxyNone:
		return nil, nil
	case ProxyIE, ProxyWinHTTP, ProxyAutoDetect:
	default:
		return nil, newError(errorProxyAccessType, "")
	}
	if p.User != "" && p.Mechanism != MechanismBasic {
		return nil, newError(errorProxyAuthentication, "")
	}
	return func(endpoint *url.URL) (*url.URL, error) {
		u, err := wsmanclient.ProxyFromEnvironment(endpoint)
		if err != nil || u == nil || p.User == "" {
			return u, err
		}
		with := *u
		with.User = url.UserPassword(p.User, p.Password)
		return &with, nil
	}, nil
}

// isLoopback reports whether a host is this computer by its name.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
