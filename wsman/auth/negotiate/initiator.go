package negotiate

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// InitiatorConfig is what a client's side of a handshake is made from. One of
// NTLM and Kerberos is needed; where both are there Kerberos is preferred.
type InitiatorConfig struct {
	// NTLM is the client's side of NTLM, which nobody has used yet.
	NTLM *ntlm.Client
	// Kerberos is that of Kerberos.
	Kerberos *kerberos.Initiator
	// Raw leaves SPNEGO out: the scheme is Kerberos then where there is
	// Kerberos, and else NTLM's messages go in the scheme Negotiate as they are,
	// which servers take.
	Raw bool
}

// Initiator is a client's side of a handshake of the schemes Negotiate and
// Kerberos. It is used by one goroutine at a time.
type Initiator struct {
	config   InitiatorConfig
	protocol string
	scheme   string
	// begun is what Initiate is passed on to.
	begun interface {
		Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error)
	}
	outer *spnego.Initiator // nil where SPNEGO is left out
	done  bool
}

// NewInitiator begins a handshake.
func NewInitiator(c InitiatorConfig) (*Initiator, error) {
	i := &Initiator{config: c, scheme: schemeNegotiate, protocol: protocolSPNEGO}
	switch {
	case c.NTLM == nil && c.Kerberos == nil:
		return nil, errNoMechanism
	case !c.Raw:
		var mechanisms []spnego.InitiatorMechanism
		if c.Kerberos != nil {
			mechanisms = append(mechanisms, c.Kerberos)
		}
		if c.NTLM != nil {
			mechanisms = append(mechanisms, c.NTLM)
		}
		i.outer = spnego.NewInitiator(mechanisms...)
		i.begun = i.outer
	case c.Kerberos != nil:
		i.scheme, i.protocol, i.begun = schemeKerberos, protocolKerberos, c.Kerberos
	default:
		i.begun = c.NTLM
	}
	return i, nil
}

// Scheme is the name that stands before the tokens: "Negotiate" or "Kerberos".
func (i *Initiator) Scheme() string { return i.scheme }

// Initiate makes the next token of the server's, which is empty at first. When
// done the reply may be empty. Every error ends the handshake.
func (i *Initiator) Initiate(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if i.done && len(token) > 0 {
		return nil, false, errOver
	}
	reply, done, err = i.begun.Initiate(ctx, token)
	i.done = done && err == nil
	return reply, done, err
}

var errOver = errors.New("negotiate: a token after the last")

// Sealer protects messages once Initiate was done; nil before.
func (i *Initiator) Sealer() auth.Sealer {
	if !i.done {
		return nil
	}
	if i.Mechanism() == "Kerberos" {
		return &kerberosSealer{protocol: i.protocol, Session: i.config.Kerberos.Session()}
	}
	return &ntlmSealer{protocol: i.protocol, session: i.config.NTLM.Session()}
}

// Mechanism is what authenticates: "Kerberos" or "NTLM". Before the end it may
// yet change.
func (i *Initiator) Mechanism() string {
	chosen := i.config.Kerberos != nil
	if i.outer != nil {
		chosen = chosen && i.outer.Chosen() == spnego.InitiatorMechanism(i.config.Kerberos)
	}
	if chosen {
		return "Kerberos"
	}
	return "NTLM"
}
