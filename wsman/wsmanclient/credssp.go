package wsmanclient

import (
	"context"
	"crypto/tls"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/credssp"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// CredSSP logs on as Negotiate does, inside of a TLS session of its own, and then
// hands the password to the server, whose sessions can log on elsewhere with it
// (MS-CSSP). Who gets it is a server that has proved to know the user's password,
// or to be the Kerberos service of that name, which is tried only where
// KerberosConfig is set; nobody looks at its certificate.
// Keytab, CCache and Hash cannot be handed over and are not looked at.
func CredSSP(c NegotiateConfig) Authentication {
	c.Keytab, c.CCache, c.Hash = "", "", nil
	n := newNegotiation(c, c.KerberosConfig != "", true, false).(*negotiation)
	return &delegating{negotiation: n, password: newSecret(c.Password)}
}

type delegating struct {
	*negotiation
	password secret
}

// String does not say the password.
func (d *delegating) String() string { return "CredSSP as " + d.user }

func (d *delegating) logOn(ctx context.Context, t target) (logOn, error) {
	user, domain := splitUser(d.user)
	config := credssp.InitiatorConfig{
		Credentials: credssp.NewCredentials(domain, user, []byte(d.password())),
		TLS:         &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // CredSSP binds the key
	}
	if d.login != nil {
		if ticket, err := d.ticket(ctx, t); err == nil {
			i := kerberos.NewInitiator(ticket, kerberos.InitiatorOptions{})
			config.Mechanisms = append(config.Mechanisms, credssp.KerberosClient{Initiator: i})
		}
	}
	if d.hash != nil {
		config.Mechanisms = append(config.Mechanisms, credssp.NTLMClient{Client: ntlm.NewClient(ntlm.ClientConfig{
			User: user, Domain: domain, Hash: *d.hash(), Workstation: d.workstation, TargetName: d.serviceName(t),
		})})
	}
	i, err := credssp.NewInitiator(config)
	if err != nil {
		return logOn{}, &AuthenticationError{Scheme: "CredSSP", Err: err}
	}
	return logOn{scheme: "CredSSP", handshake: delegation{i}, emptyTokens: true}, nil
}

// delegation is a handshake.
type delegation struct{ *credssp.Initiator }

func (d delegation) sealer() auth.Sealer { return d.Sealer() }
