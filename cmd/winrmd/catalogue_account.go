package main

import (
	"context"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// setAccount says which local account a new shell runs as, and who else may use
// it. The error is a *wsman.Fault that says why none can be had.
func (c *catalogue) setAccount(service configuration.Service, cfg *shell.Configuration, client *wsman.Principal) error {
	own, err := c.own()
	if err != nil {
		return noAccount(err)
	}
	rules := c.rules(own)
	rules.Require = service.RequireLocalAccount
	found, err := rules.Resolve(context.Background(), account.Wish{User: client.User, Account: client.Account, RunAs: cfg.RunAs})
	if err != nil {
		return noAccount(err)
	}
	if cfg.RunAs != "" {
		cfg.RunAs = found.Name // as authentication spells it
	}
	cfg.Account = c.service // who starts hosts as others limits those of this account, too
	if found != own {
		cfg.Account = found.Name
	}
	return nil
}

// rules say which accounts sessions may run as, but for those of users who have none.
func (c *catalogue) rules(own *account.Account) account.Rules {
	return account.Rules{Find: c.local.Find, Own: own, Others: c.others, Admission: c.admission}
}

// noAccount is the fault for a session that would have to run as an account which
// cannot be had, with the number that Windows has for a RunAsUser like that.
func noAccount(err error) error {
	return wsman.NewFault(wsman.CodeRunAsFailed, "The session cannot be opened: "+err.Error()+".").WithCause(err)
}
