package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
)

// What is to be said of users without a local account.
const (
	sharedAccount = "sessions run as the account of winrmd itself, so such users are not isolated from each other"
	noAccountHere = "no session opens for them, since RequireLocalAccount is on"
)

// doubtful says why sessions cannot run as an account, as far as a command can
// know: whether a server runs, and as whom, is not its to know. admission is that of
// the server, where the command is told.
func doubtful(a *account.Account, err error, admission account.Admission) error {
	switch {
	case err != nil:
		return err
	case a.Superuser() && os.Geteuid() == 0:
		return fmt.Errorf("the account %s is the superuser: sessions run as it only where winrmd itself has no other account", a.Name)
	case os.Geteuid() > 0 && a.UID >= 0 && a.UID != os.Geteuid():
		return fmt.Errorf("sessions run as the account %s only where the superuser starts winrmd", a.Name)
	case a.UID >= 0 && a.UID == os.Geteuid():
		return nil
	}
	return admission.Admit(a)
}

// userAccount is the name of the local account of a user, and what is to be said
// against it. The name is empty where there is none.
func userAccount(ctx context.Context, local *account.System, user users.User, admission account.Admission) (string, error) {
	name := user.Account
	if name == "" {
		name = local.OfUser(ctx, user.Name)
	}
	if name == "" {
		return "", nil
	}
	found, err := local.Find(ctx, name)
	return name, doubtful(found, err, admission)
}

// userDoubts are the warnings about the accounts of users, which begin with whose
// it is.
func userDoubts(ctx context.Context, local *account.System, service *configuration.Service, people []users.User, admission account.Admission) []error {
	var doubts []error
	var without []string
	for _, user := range people {
		switch name, err := userAccount(ctx, local, user, admission); {
		case name == "":
			without = append(without, user.Name)
		case err != nil:
			doubts = append(doubts, fmt.Errorf("user %s: %w", user.Name, err))
		}
	}
	if len(without) > 0 {
		doubts = append(doubts, withoutAccount(service, without))
	}
	return doubts
}

// shownUsers is how many users a warning names.
const shownUsers = 10

func withoutAccount(service *configuration.Service, names []string) error {
	shown, more := names, ""
	if len(names) > shownUsers {
		shown, more = names[:shownUsers], fmt.Sprintf(" and %d more", len(names)-shownUsers)
	}
	consequence := sharedAccount
	if service.RequireLocalAccount {
		consequence = noAccountHere
	}
	return fmt.Errorf("without a local account: %s%s: %s", strings.Join(shown, ", "), more, consequence)
}

// usersFileDoubts are the warnings of config validate about the users' accounts.
func usersFileDoubts(ctx context.Context, dir string, service configuration.Service, admission account.Admission) []*configuration.FileError {
	path := filepath.Join(dir, usersFile)
	people, err := users.Open(path).List()
	if err != nil {
		return nil // which is told of as the error that it is
	}
	var all []*configuration.FileError
	for _, doubt := range userDoubts(ctx, account.NewSystem(account.Service{}), &service, people, admission) {
		all = append(all, &configuration.FileError{File: path, Err: doubt})
	}
	return all
}

// runAsDoubt is what is to be said against the account of a session configuration.
func runAsDoubt(s *configuration.Session, admission account.Admission) error {
	if s.RunAsUser == "" {
		return nil
	}
	found, err := account.LookUp(context.Background(), s.RunAsUser) // which takes seconds at most
	return doubtful(found, err, admission)
}

// warnAccounts says which users and session configurations have no account that
// sessions can run as.
func (d *daemon) warnAccounts(ctx context.Context) {
	own, err := d.catalogue.own()
	if err != nil {
		d.log.Warn("the account of winrmd is not known", "error", err)
		return
	}
	service := d.store.Service()
	rules := d.catalogue.rules(own)
	people, err := d.users.List()
	if err != nil {
		return // whoever logs on is told, and so is the log
	}
	all := d.newAccounts()
	var without []string
	for _, user := range people {
		name := all.account(ctx, user)
		if name == "" {
			without = append(without, user.Name)
		} else if _, err := rules.Resolve(ctx, account.Wish{User: user.Name, Account: name}); err != nil && !errors.Is(err, context.Canceled) {
			d.log.Warn("no session can be opened for a user", "user", user.Name, "error", err)
		}
	}
	if len(without) > 0 {
		d.log.Warn(withoutAccount(&service, without).Error(), "account", own.String(), "superuser", own.Superuser())
	}
	for _, s := range d.store.Sessions() {
		if s.RunAsUser == "" {
			continue
		}
		if _, err := rules.Resolve(ctx, account.Wish{RunAs: s.RunAsUser}); err != nil && !errors.Is(err, context.Canceled) {
			d.log.Warn("no session can be opened with a session configuration", "configuration", s.Name, "error", err)
		}
	}
}
