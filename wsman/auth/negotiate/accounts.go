package negotiate

import (
	"context"

	"github.com/winrmd/winrmd/wsman/auth"
)

// Accounts says which user of this server somebody is. DOMAIN\user, .\user,
// user@REALM and user are all one user there, with one canonical name: it is
// by that name that a user finds its sessions again.
type Accounts interface {
	// NTHash finds the NT hash of a user by the names that an NTLM client
	// wrote. Ok is false if there is no such user or it may not use NTLM. An
	// error means that it could not be looked up. It takes as long whether or
	// not there is one.
	NTHash(ctx context.Context, user, domain string) (hash [16]byte, identity auth.Identity, ok bool, err error)
	// Principal finds the user that a Kerberos principal is. Home is true where
	// its realm is the server's own: a user of another realm is somebody else,
	// whatever the name.
	Principal(ctx context.Context, name, realm string, home bool) (identity auth.Identity, ok bool, err error)
	// Generation is that of auth.Verifier: it is asked at every request of a
	// connection, whether its user is still the same.
	Generation(name string) (string, bool)
}
