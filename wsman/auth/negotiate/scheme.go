package negotiate

import (
	"errors"
	"net/http"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// Config is what the schemes of one listener are made from. Accounts is needed,
// and one of NTLM and Kerberos.
type Config struct {
	// Accounts says who clients are here.
	Accounts Accounts
	// NTLM checks the responses of NTLM's clients; nil switches NTLM off. The
	// Identity that it finds must be an auth.Identity of Accounts. NewVerifier
	// makes one.
	NTLM ntlm.Verifier
	// Target is what the server calls itself to NTLM's clients.
	Target ntlm.Target
	// RequireMIC refuses NTLM clients whose messages are not bound together. It
	// is asked at every handshake; nil means no.
	RequireMIC func() bool
	// Kerberos accepts tickets; nil switches Kerberos off.
	Kerberos *kerberos.Acceptor
	// Channel is what EndPoint says of the listener's certificate; nil where
	// the listener speaks no TLS.
	Channel []byte
	// Hardening is asked at every handshake; nil means Relaxed.
	Hardening func() Hardening
}

// Scheme is Negotiate or Kerberos. It implements auth.Scheme.
type Scheme struct {
	name, protocol string
	config         Config
	channel        [16]byte // zero where there is none
}

// The schemes' names, and what their sealed messages are called (MS-WSMV
// 2.2.9.1.1.1).
const (
	schemeNegotiate  = "Negotiate"
	schemeKerberos   = "Kerberos"
	protocolSPNEGO   = "application/HTTP-SPNEGO-session-encrypted"
	protocolKerberos = "application/HTTP-Kerberos-session-encrypted"
)

var errNoMechanism = errors.New("negotiate: neither NTLM nor Kerberos is there")

// New makes the scheme Negotiate.
func New(c Config) (*Scheme, error) {
	return newScheme(schemeNegotiate, protocolSPNEGO, c)
}

// NewKerberos makes the scheme Kerberos, for which c.NTLM does not matter.
func NewKerberos(c Config) (*Scheme, error) {
	c.NTLM = nil
	return newScheme(schemeKerberos, protocolKerberos, c)
}

func newScheme(name, protocol string, c Config) (*Scheme, error) {
	if c.NTLM == nil && c.Kerberos == nil {
		return nil, errNoMechanism
	}
	if c.RequireMIC == nil {
		c.RequireMIC = func() bool { return false }
	}
	if c.Hardening == nil {
		c.Hardening = func() Hardening { return Relaxed }
	}
	s := &Scheme{name: name, protocol: protocol, config: c}
	if c.Channel != nil {
		s.channel = kerberos.ChannelBinding(c.Channel) // NTLM's is the same
	}
	return s, nil
}

// Name returns "Negotiate" or "Kerberos".
func (s *Scheme) Name() string { return s.name }

// Challenge returns the name: the client speaks first.
func (s *Scheme) Challenge() string { return s.name }

// Offered returns true.
func (s *Scheme) Offered(*http.Request) bool { return true }

// Begin begins a handshake.
func (s *Scheme) Begin() auth.Context {
	h := &handshake{scheme: s, attempt: attempt{verifier: s.config.NTLM}}
	var mechanisms []spnego.Mechanism
	if s.config.Kerberos != nil {
		h.kerberos = s.config.Kerberos.Begin()
		mechanisms = append(mechanisms, h.kerberos)
	}
	if s.config.NTLM != nil {
		h.ntlm = ntlm.NewServer(&ntlm.ServerConfig{
			Verifier: &h.attempt, Target: s.config.Target, RequireMIC: s.config.RequireMIC(),
		})
		mechanisms = append(mechanisms, h.ntlm)
	}
	h.acceptor = spnego.NewAcceptor(mechanisms...)
	return h
}
