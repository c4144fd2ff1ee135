package negotiate

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// forwarded is a ticket that a client has forwarded (RFC 4121 section 4.1.1). It
// implements wsman.Delegation.
type forwarded struct{ credentials *kerberos.Credentials }

// CredentialCache implements wsman.Delegation.
func (f forwarded) CredentialCache(context.Context) ([]byte, error) {
	return f.credentials.CCache(), nil
}

// delegation is what the client has handed over; nil where it has not.
func (h *handshake) delegation() wsman.Delegation {
	if h.kerberos == nil || h.kerberos.Peer() == nil || h.kerberos.Peer().Delegated == nil {
		return nil
	}
	return forwarded{h.kerberos.Peer().Delegated}
}
