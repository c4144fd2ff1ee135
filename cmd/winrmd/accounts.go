package main

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
)

// accounts verifies users against the users file and knows who is an
// administrator. It implements auth.Verifier.
type accounts struct {
	file  *users.File
	store *configuration.Store
}

// Verify implements auth.Verifier.
func (a *accounts) Verify(ctx context.Context, name, password string) (auth.Identity, error) {
	user, credential, err := a.file.Verify(ctx, name, password)
	if errors.Is(err, users.ErrUnknownUserOrPassword) {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	if err != nil {
		return auth.Identity{}, err
	}
	identity := auth.Identity{Name: user.Name, Generation: a.generation(user.Name, credential)}
	if service := a.store.Service(); service.Administrator(user.Name) {
		identity.Groups = []string{wsman.GroupAdministrators}
	}
	return identity, nil
}

// Generation implements auth.Verifier. It changes with the user's entry and
// with being an administrator.
func (a *accounts) Generation(name string) (string, bool) {
	credential, ok := a.file.Generation(name)
	return a.generation(name, credential), ok
}

func (a *accounts) generation(name string, c users.Credential) string {
	if service := a.store.Service(); service.Administrator(name) {
		return string(c) + " " + wsman.GroupAdministrators
	}
	return string(c)
}
