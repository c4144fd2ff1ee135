package starter

import (
	"fmt"
	"slices"

	"github.com/winrmd/winrmd/configuration/account"
)

// Policy says what a starter does. Only the superuser sets it, at its start.
type Policy struct {
	// Directory is where the hosts have their directories. Its owner and group
	// are those of the daemon.
	Directory string
	// Command is the program, with arguments, that runs a host.
	Command []string
	// MinID is the smallest number of an account that sessions run as, but for
	// Accounts.
	MinID int
	// PAMHelper is the path of winrmd-pam and PAMService the service whose account
	// and session modules a session goes through; empty: none.
	PAMHelper, PAMService string
	// Accounts are names of accounts below MinID that sessions may run as too. The
	// superuser is never one.
	Accounts []string
}

// admit refuses an account that sessions must not run as.
func (p *Policy) admit(a *account.Account) error {
	switch {
	case a.Superuser():
		return fmt.Errorf("account %s is the superuser, as whom no session runs", a.Name)
	case a.UID < p.MinID && !slices.Contains(p.Accounts, a.Name):
		return fmt.Errorf("account %s has number %d, and sessions run as accounts from %d on or those that --session-account names",
			a.Name, a.UID, p.MinID)
	}
	return nil
}
