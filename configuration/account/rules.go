package account

import (
	"context"
	"errors"
	"fmt"
)

// Rules say which accounts sessions may run as.
type Rules struct {
	// Find finds an account; see LookUp.
	Find func(ctx context.Context, name string) (*Account, error)
	// Own is the account of winrmd.
	Own *Account
	// Others is true where sessions can run as other accounts, of which Admission
	// says which.
	Others    bool
	Admission Admission
	// Require refuses users who have no account, instead of letting their
	// sessions run as Own.
	Require bool
}

// Wish is whose session is to be made.
type Wish struct {
	// User is the user's name, for errors.
	User string
	// Account is the name of the user's local account; empty if the user has none.
	Account string
	// RunAs is the account of the session configuration; empty if it has none.
	RunAs string
}

// errRequired is about a user who has no account.
var errRequired = errors.New("has no local account, and RequireLocalAccount is on: the administrator gives one with winrmd user set --account")

// Resolve says which account a session runs as: that of the session
// configuration, else the user's, else Own. It is refused where there is no such
// account, where it cannot be had, and where Admission refuses it, unless it is Own.
func (r *Rules) Resolve(ctx context.Context, w Wish) (*Account, error) {
	name := w.RunAs
	if name == "" {
		name = w.Account
	}
	if name == "" {
		if r.Require {
			return nil, fmt.Errorf("the user %s %w", w.User, errRequired)
		}
		return r.Own, nil
	}
	a, err := r.Find(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case a.same(r.Own):
		return r.Own, nil
	case !r.Others:
		return nil, fmt.Errorf("the session would run as %s, and winrmd, which runs as %s without the rights of the superuser, can start sessions as itself only",
			a.Name, r.Own)
	}
	if err := r.Admission.Admit(a); err != nil {
		return nil, err
	}
	return a, nil
}

// String is the name, or the number of an account that has none.
func (a *Account) String() string {
	if a.Name == "" {
		return fmt.Sprintf("number %d", a.UID)
	}
	return a.Name
}
