package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/winbind"
)

// withDomain is an ntlm.Verifier that asks the domain about whom the users file
// does not let in. Both are asked about every wrong response, so that the time
// does not tell who is in the file.
type withDomain struct{ file, domain ntlm.Verifier }

// Verify implements ntlm.Verifier.
func (v *withDomain) Verify(ctx context.Context, attempt *ntlm.Attempt) (ntlm.Verified, error) {
	verified, err := v.file.Verify(ctx, attempt)
	if !errors.Is(err, ntlm.ErrLogonFailed) {
		return verified, err
	}
	return v.domain.Verify(ctx, attempt)
}

// ntlmVerifier is what checks responses: the users file and, where NTLMAuth
// names ntlm_auth, the domain.
func (d *daemon) ntlmVerifier(file ntlm.Verifier, all *accounts) (ntlm.Verifier, error) {
	program := d.settings.Service().Auth.NTLMAuth
	if program == "" {
		return file, nil
	}
	if _, err := exec.LookPath(program); err != nil {
		return nil, err
	}
	all.domain = true
	return &withDomain{file, winbind.New(winbind.Config{
		Program: program,
		Identify: func(ctx context.Context, domain, user string) (any, error) {
			name := domainName(domain, user)
			identity := auth.Identity{
				Name: name, Account: all.account(ctx, users.User{Name: name}), Generation: all.generation(name, domainCredential),
			}
			if service := all.settings.Service(); service.Administrator(name) {
				identity.Groups = []string{wsman.GroupAdministrators}
			}
			return identity, nil
		},
	})}, nil
}

// domainCredential stands for what users of the domain prove to know: nobody
// tells this server when it changes.
const domainCredential users.Credential = "winbind"

// domainName is the canonical name of a user of the domain. It is no name that
// the users file can have.
func domainName(domain, user string) string {
	if before, after, ok := strings.Cut(user, `\`); ok && domain == "" {
		domain, user = before, after
	}
	if strings.Contains(user, "@") && domain == "" {
		return strings.ToLower(user)
	}
	return strings.ToUpper(domain) + `\` + strings.ToLower(user)
}

func isDomainName(name string) bool { return strings.ContainsAny(name, `\@`) }
