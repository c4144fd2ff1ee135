package starter

import "github.com/winrmd/winrmd/configuration/account"

// Policy says what a starter does. Only the superuser sets it, at its start.
type Policy struct {
	// Directory is where the hosts have their directories. Its owner and group
	// are those of the daemon.
	Directory string
	// Command is the program, with arguments, that runs a host.
	Command []string
	// Admission says which accounts sessions run as. The superuser is never one.
	Admission account.Admission
	// Service is the name of the daemon's account, as which sessions run whose
	// users have none of their own; empty where the daemon is the superuser, and
	// starts such hosts itself.
	Service string
	// PAMHelper is the path of winrmd-pam and PAMService the service whose account
	// and session modules a session goes through; empty: none.
	PAMHelper, PAMService string
	// Renewal says how the starter becomes one of a newer version.
	Renewal Renewal
}

// admit refuses an account that sessions must not run as.
func (p *Policy) admit(a *account.Account) error {
	if p.isService(a) {
		return nil
	}
	return p.Admission.Admit(a)
}

// isService reports whether an account is the daemon's, and not another name of
// its number, nor the superuser, who gave no account to the daemon.
func (p *Policy) isService(a *account.Account) bool {
	return p.Service != "" && a.Name == p.Service && !a.Superuser()
}
