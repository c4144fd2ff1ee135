package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// accounts verifies users against the users file and knows who is an
// administrator. It implements auth.Verifier and negotiate.Accounts.
type accounts struct {
	file     *users.File
	settings *settings
	local    *account.System            // nil: users have those that the file names
	domain   bool                       // names of a domain's users are users, too
	last     atomic.Pointer[generation] // the answer before
}

func (d *daemon) newAccounts() *accounts {
	a := &accounts{file: d.users, settings: d.settings}
	if d.catalogue != nil { // not where only the listeners are tested
		a.local = d.catalogue.local
	}
	return a
}

// generation is an answer of accounts.Generation. One is good for
// generationAge: a busy client asks thousands of times a second, and a user who
// is removed is still out within an instant.
type generation struct {
	name  string
	value string
	ok    bool
	at    time.Time
}

const generationAge = 20 * time.Millisecond

// Verify implements auth.Verifier.
func (a *accounts) Verify(ctx context.Context, name, password string) (auth.Identity, error) {
	user, credential, err := a.file.Verify(ctx, name, password)
	if errors.Is(err, users.ErrUnknownUserOrPassword) {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	if err != nil {
		return auth.Identity{}, err
	}
	return a.identity(ctx, user, credential), nil
}

// Generation implements auth.Verifier. It changes with the user's entry and
// with being an administrator.
func (a *accounts) Generation(name string) (string, bool) {
	now := time.Now()
	if last := a.last.Load(); last != nil && last.name == name && now.Sub(last.at) < generationAge {
		return last.value, last.ok
	}
	credential, ok := a.file.Generation(name)
	if !ok && a.domain && isDomainName(name) {
		credential, ok = domainCredential, true
	}
	g := &generation{name: name, value: a.generation(name, credential), ok: ok, at: now}
	a.last.Store(g)
	return g.value, g.ok
}

func (a *accounts) generation(name string, c users.Credential) string {
	if service := a.settings.Service(); service.Administrator(name) {
		return string(c) + " " + wsman.GroupAdministrators
	}
	return string(c)
}

// account is the name of the local account of a user: what the users file names,
// else what there is of the user's name; empty for none.
func (a *accounts) account(ctx context.Context, user users.User) string {
	switch {
	case a.local == nil:
		return user.Account
	case user.Account == "":
		return a.local.OfUser(ctx, user.Name)
	}
	if found, err := a.local.Find(ctx, user.Account); err == nil {
		return found.Name // as RunAsUser is spelled in the end
	}
	return user.Account // a session is refused, with the reason
}
