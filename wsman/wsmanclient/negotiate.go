package wsmanclient

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// NegotiateConfig is how one logs on with NTLM and Kerberos. Over http messages
// are sealed with what the handshake agrees on; over https the handshake is bound
// to the server's certificate (RFC 5929).
type NegotiateConfig struct {
	// User is a name, `DOMAIN\name` or "name@domain".
	User string
	// Password is the password.
	Password string
	// Hash, for NTLM, takes the place of the password where it is not nil.
	Hash *ntlm.Hash
	// Keytab and CCache, for Kerberos, are files that take the place of the
	// password: see kerberos.LoginConfig.
	Keytab, CCache string
	// KerberosConfig is a krb5.conf; "" means the system's.
	KerberosConfig string
	// ServiceName is the server's service principal name; "" means "HTTP/" and the
	// endpoint's host.
	ServiceName string
	// PortInServiceName has the endpoint's port in it (IncludePortInSPN).
	PortInServiceName bool
	// Workstation is what the client calls itself to NTLM; may be "".
	Workstation string
}

// Negotiate logs on with Kerberos where a ticket for the server can be got, and
// else, where there is a password or a Hash, with NTLM, negotiated by SPNEGO. With
// neither Password nor Keytab it takes the credential cache. A server that is
// called by its address has no ticket.
func Negotiate(c NegotiateConfig) Authentication { return newNegotiation(c, true, true, false) }

// NTLM logs on with NTLM in the scheme Negotiate.
func NTLM(c NegotiateConfig) Authentication { return newNegotiation(c, false, true, false) }

// Kerberos logs on with Kerberos in the scheme of that name. With neither
// Password nor Keytab it takes the credential cache.
func Kerberos(c NegotiateConfig) Authentication { return newNegotiation(c, true, false, true) }

// KerberosInNegotiate logs on with Kerberos, and nothing else, in the scheme
// Negotiate.
func KerberosInNegotiate(c NegotiateConfig) Authentication {
	return newNegotiation(c, true, false, false)
}

// negotiation is one of those.
type negotiation struct {
	user, workstation string
	hash              func() *ntlm.Hash // nil without NTLM
	login             *kerberos.Login   // nil without Kerberos
	service           string
	port, raw         bool
}

func newNegotiation(c NegotiateConfig, withKerberos, withNTLM, raw bool) Authentication {
	n := &negotiation{user: c.User, workstation: c.Workstation, service: c.ServiceName, port: c.PortInServiceName, raw: raw}
	password := newSecret(c.Password)
	if withNTLM && (c.Hash != nil || c.Password != "") {
		hash := c.Hash
		n.hash = func() *ntlm.Hash {
			if hash != nil {
				return hash
			}
			h := ntlm.NewHash(password())
			return &h
		}
	}
	if withKerberos {
		login := kerberos.LoginConfig{User: c.User, Keytab: c.Keytab, CCache: c.CCache, Config: c.KerberosConfig}
		if c.Password != "" && c.Keytab == "" && c.CCache == "" {
			login.Password = password
		}
		n.login = kerberos.NewLogin(login)
	}
	return n
}

// String does not say the password.
func (n *negotiation) String() string { return "Negotiate as " + n.user }

func (n *negotiation) scheme() string {
	if n.raw {
		return "Kerberos"
	}
	return "Negotiate"
}

// serviceName is what the server is called.
func (n *negotiation) serviceName(t target) string {
	switch {
	case n.service != "":
		return n.service
	case n.port:
		return "HTTP/" + net.JoinHostPort(t.host, t.port)
	}
	return "HTTP/" + t.host
}

func (n *negotiation) logOn(ctx context.Context, t target) (logOn, error) {
	config := negotiate.InitiatorConfig{Raw: n.raw}
	var binding [16]byte
	if t.certificate != nil {
		binding = kerberos.ChannelBinding(negotiate.EndPoint(t.certificate))
	}
	if n.login != nil && !n.hopeless(t) {
		ticket, err := n.ticket(ctx, t)
		switch {
		case err == nil:
			config.Kerberos = kerberos.NewInitiator(ticket, kerberos.InitiatorOptions{Binding: binding, BindingAware: true})
		case n.hash == nil:
			return logOn{}, &AuthenticationError{Scheme: n.scheme(), Err: err}
		}
	}
	if n.hash != nil {
		user, domain := splitUser(n.user)
		config.NTLM = ntlm.NewClient(ntlm.ClientConfig{
			User: user, Domain: domain, Hash: *n.hash(), Workstation: n.workstation,
			TargetName: n.serviceName(t), Bindings: binding,
		})
	}
	i, err := negotiate.NewInitiator(config)
	if err != nil {
		return logOn{}, &AuthenticationError{Scheme: n.scheme(), Err: err}
	}
	return logOn{scheme: i.Scheme(), handshake: initiator{i}}, nil
}

// hopeless reports whether NTLM is tried at once, as Windows does for servers that
// are called by their address.
func (n *negotiation) hopeless(t target) bool {
	return n.hash != nil && n.service == "" && net.ParseIP(t.host) != nil
}

// ticketTime is how long a ticket is waited for where there is NTLM, too.
const ticketTime = 10 * time.Second

func (n *negotiation) ticket(ctx context.Context, t target) (kerberos.Credential, error) {
	if n.hash != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, ticketTime)
		defer cancel()
	}
	return n.login.Ticket(ctx, n.serviceName(t))
}

// initiator is a handshake.
type initiator struct{ *negotiate.Initiator }

func (i initiator) sealer() auth.Sealer { return i.Sealer() }

// splitUser takes `DOMAIN\name` apart. A user principal name stays whole.
func splitUser(user string) (name, domain string) {
	if domain, name, ok := strings.Cut(user, `\`); ok {
		return name, domain
	}
	return user, ""
}
