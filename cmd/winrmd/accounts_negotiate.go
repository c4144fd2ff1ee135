package main

import (
	"context"
	"strings"

	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// NTHash implements negotiate.Accounts. The domain is not looked at: Windows
// clients send that of their own machine, and all users are those of the users
// file. Who knows the password is the user, whatever stands beside the name.
func (a *accounts) NTHash(ctx context.Context, name, domain string) (hash [16]byte, identity auth.Identity, ok bool, err error) {
	if _, after, found := strings.Cut(name, `\`); found {
		name = after
	}
	if at := strings.LastIndexByte(name, '@'); at > 0 && domain == "" {
		name = name[:at] // a user principal name
	}
	found, ok, err := a.file.LookUpNT(name)
	if err != nil || !ok {
		return hash, auth.Identity{}, false, err
	}
	return found.Hash, a.identity(ctx, found.User, found.Credential), true, nil
}

// Principal implements negotiate.Accounts: the principals of the server's own
// realm are the users of the same name, if the users file has them. A ticket
// says whether somebody is in the realm, not whether he may come in here.
func (a *accounts) Principal(ctx context.Context, name, _ string, home bool) (identity auth.Identity, ok bool, err error) {
	if !home {
		return auth.Identity{}, false, nil
	}
	user, credential, ok, err := a.file.Find(name)
	if err != nil || !ok {
		return auth.Identity{}, false, err
	}
	return a.identity(ctx, user, credential), true, nil
}

// identity is a user with its account and groups.
func (a *accounts) identity(ctx context.Context, user users.User, credential users.Credential) auth.Identity {
	identity := auth.Identity{
		Name: user.Name, Account: a.account(ctx, user), Generation: a.generation(user.Name, credential),
	}
	if service := a.settings.Service(); service.Administrator(user.Name) {
		identity.Groups = []string{wsman.GroupAdministrators}
	}
	return identity
}
