package negotiate

import (
	"context"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// NewVerifier makes a Config.NTLM that has the NT hashes of accounts.
func NewVerifier(accounts Accounts) ntlm.Verifier {
	return ntlm.NewHashVerifier(func(ctx context.Context, user, domain string) (ntlm.Hash, any, bool, error) {
		hash, identity, ok, err := accounts.NTHash(ctx, user, domain)
		return hash, identity, ok, err
	})
}

// attempt lets the Verifier check what a client sent, and remembers whose name
// it was and whether it could be checked at all.
type attempt struct {
	verifier ntlm.Verifier
	user     string
	failure  error // the Verifier's, where the client is not to blame
}

// Verify implements ntlm.Verifier.
func (a *attempt) Verify(ctx context.Context, what *ntlm.Attempt) (ntlm.Verified, error) {
	a.user = what.User
	if what.Domain != "" {
		a.user = what.Domain + `\` + what.User
	}
	verified, err := a.verifier.Verify(ctx, what)
	if err != nil && !clientsFault(err) {
		a.failure = err
	}
	return verified, err
}
