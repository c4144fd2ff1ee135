package credssp

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// Config is what a Scheme is made of. Mechanisms and Identify are needed.
type Config struct {
	// Mechanisms makes the mechanisms of one login, for example
	//
	//	return []credssp.Mechanism{
	//		credssp.Kerberos{Context: acceptor.Begin()},
	//		credssp.NTLM{Server: ntlm.NewServer(&config)},
	//	}
	//
	// The client's order counts. There is no channel binding in them: what
	// binds them to TLS is CredSSP itself.
	Mechanisms func() []Mechanism
	// Identify says which user of this server it is that a Mechanism, one of
	// those that Mechanisms made, has let in. It is asked before the client
	// hands over its password. An error refuses the client; it is or wraps
	// auth.ErrWrongCredentials if there is no such user, and may be an
	// *auth.Error, to name it.
	Identify func(ctx context.Context, m Mechanism) (auth.Identity, error)
	// Generation is that of auth.Verifier: at every request on a connection it
	// is asked whether its user is still the same. Nil means yes.
	Generation func(name string) (string, bool)

	// Delegated is given what the client has delegated, at the end of a login,
	// once, and makes of it what the sessions of this connection get, for example
	// a Kerberos ticket; nil if nothing. The credentials are overwritten when it
	// returns. Nobody has tried them: they may be wrong, or another user's. An
	// error refuses the client. It is not called where the client delegates
	// nothing. A nil function drops them.
	Delegated func(ctx context.Context, who wsman.Principal, c *Credentials) (wsman.Delegation, error)

	// Certificate is asked for the certificate of each TLS handshake, as
	// tls.Config.GetCertificate is. Nil means one that is made at the first
	// handshake, for as long as the Scheme is there. It should have a key of RSA:
	// pyspnego knows no other here, and so neither pypsrp nor pywinrm.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// MinTLS and MaxTLS are versions of TLS; 0 means TLS 1.2 and 1.3.
	MinTLS, MaxTLS uint16
	// MinVersion and MaxVersion are versions of CredSSP; 0 means
	// DefaultMinVersion and MaxVersion. With a MinVersion below 5 clients come
	// in that were not patched since 2018, and they are in danger, not the
	// server (CVE-2018-0886).
	MinVersion, MaxVersion int

	// Timeout is how long a login may take; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxHandshakes is how many TLS handshakes may be under way; 0 means
	// DefaultMaxHandshakes.
	MaxHandshakes int
}
