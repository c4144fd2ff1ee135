package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// helperName is the program that speaks to PAM. It lies beside this one.
const helperName = "winrmd-pam"

// withPAM is an auth.Verifier that asks PAM about whom the users file does not
// have.
type withPAM struct {
	file *accounts
	pam  *pam.Verifier
}

// Verify implements auth.Verifier. PAM is asked about every password that is
// not right by the users file, so that the time does not tell who is in it; but
// what PAM says of a user who is does not count.
func (v *withPAM) Verify(ctx context.Context, name, password string) (auth.Identity, error) {
	identity, wrong := v.file.Verify(ctx, name, password)
	if !errors.Is(wrong, auth.ErrWrongCredentials) {
		return identity, wrong
	}
	identity, err := v.pam.Verify(ctx, users.Canonical(name), password)
	if err != nil {
		return auth.Identity{}, err
	}
	if v.inFile(name) || v.inFile(identity.Name) {
		return auth.Identity{}, wrong
	}
	identity.Generation, _ = v.Generation(identity.Name)
	return identity, nil
}

func (v *withPAM) inFile(name string) bool {
	_, ok := v.file.file.Generation(name)
	return ok
}

// Generation implements auth.Verifier. Who is put into the users file is that
// user from then on, and has to log on as such.
func (v *withPAM) Generation(name string) (string, bool) {
	if generation, ok := v.file.Generation(name); ok {
		return generation, true
	}
	generation, ok := v.pam.Generation(name)
	return v.file.generation(name, users.Credential(generation)), ok
}

// passwordVerifier is what checks Basic's passwords: the users file and, where
// PAMService is set, PAM.
func (d *daemon) passwordVerifier(all *accounts) (auth.Verifier, error) {
	service := d.settings.Service().Auth.PAMService
	if service == "" {
		return all, nil
	}
	program, err := findHelper()
	if err != nil {
		return nil, fmt.Errorf("Auth.PAMService is set: %w", err)
	}
	return &withPAM{file: all, pam: pam.New(pam.Config{
		Program: program, Service: service, Run: d.checksPasswords(),
		Identify: func(ctx context.Context, name string) (auth.Identity, error) {
			identity := auth.Identity{Name: name, Account: all.account(ctx, users.User{Name: name})}
			if service := all.settings.Service(); service.Administrator(name) {
				identity.Groups = []string{wsman.GroupAdministrators}
			}
			return identity, nil
		},
	})}, nil
}

func findHelper() (string, error) {
	own, err := ownProgram()
	if err != nil {
		return "", err
	}
	return exec.LookPath(filepath.Join(filepath.Dir(own), helperName))
}
