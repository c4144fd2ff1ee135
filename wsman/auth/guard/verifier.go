package guard

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// Verifier returns a Verifier that asks next only about attempts that may be
// made. It counts those that do not come through the Guard's Authenticator by
// itself.
func (g *Guard) Verifier(next auth.Verifier) auth.Verifier { return &verifier{next, g} }

type verifier struct {
	auth.Verifier
	guard *Guard
}

// Verify implements auth.Verifier.
func (v *verifier) Verify(ctx context.Context, user, password string) (auth.Identity, error) {
	var identity auth.Identity
	err := v.guard.try(ctx, user, func() (err error) {
		identity, err = v.Verifier.Verify(ctx, user, password)
		return err
	})
	return identity, err
}

// NTLM is Verifier for what checks NTLM's responses.
func (g *Guard) NTLM(next ntlm.Verifier) ntlm.Verifier { return &ntlmVerifier{next, g} }

type ntlmVerifier struct {
	next  ntlm.Verifier
	guard *Guard
}

// Verify implements ntlm.Verifier.
func (v *ntlmVerifier) Verify(ctx context.Context, response *ntlm.Attempt) (ntlm.Verified, error) {
	var verified ntlm.Verified
	err := v.guard.try(ctx, response.User, func() (err error) {
		verified, err = v.next.Verify(ctx, response)
		return err
	})
	return verified, err
}

// try lets verify be called if an attempt at the account may be made.
func (g *Guard) try(ctx context.Context, account string, verify func() error) error {
	a, done := g.attemptOf(ctx)
	err := a.enterAccount(ctx, account)
	if err == nil {
		err = verify()
	}
	a.found(err)
	done(err)
	return err
}

// found notes what came of the check.
func (a *attempt) found(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refused = errors.Is(err, ErrRefused)
	a.wrong = errors.Is(err, auth.ErrWrongCredentials) || errors.Is(err, ntlm.ErrLogonFailed)
}
