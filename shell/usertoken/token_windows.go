package usertoken

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
)

// logOn makes a primary token of an account: with its password if one is stored,
// else without.
func logOn(a *account.Account, passwords Passwords) (windows.Token, error) {
	p := parsePrincipal(a.Name)
	password, ok, err := passwords(a)
	if err != nil {
		return 0, fmt.Errorf("stored password of %s: %w", a.Name, err)
	}
	var token windows.Token
	if ok {
		token, err = withPassword(p, password)
	} else {
		token, err = withoutPassword(p)
	}
	if err != nil {
		return 0, fmt.Errorf("logon of %s: %w", a.Name, err)
	}
	defer token.Close()
	if err := checkToken(token, a.SID); err != nil {
		return 0, fmt.Errorf("logon of %s: %w", a.Name, err)
	}
	return primary(token)
}

// withoutPassword asks the LSA, which asks a domain controller for a domain's
// account.
func withoutPassword(p principal) (windows.Token, error) {
	a, err := connect()
	if err != nil {
		return 0, err
	}
	defer a.close()
	if p.local() {
		l, err := newS4ULogon(p.name, ".")
		if err != nil {
			return 0, err
		}
		return a.logOn(localPackage, l)
	}
	name, domain := p.name, p.domain
	if upn, err := userPrincipalName(p); err == nil {
		name, domain = upn, ""
	}
	l, err := newS4ULogon(name, domain)
	if err != nil {
		return 0, err
	}
	return a.logOn(kerberosPackage, l)
}

// userPrincipalName is the name of a domain's account as Kerberos has it.
func userPrincipalName(p principal) (string, error) {
	text, err := windows.UTF16PtrFromString(p.domain + `\` + p.name)
	if err != nil {
		return "", err
	}
	name := make([]uint16, 512)
	size := uint32(len(name))
	if err := windows.TranslateName(text, windows.NameSamCompatible, windows.NameUserPrincipal, &name[0], &size); err != nil {
		return "", err
	}
	return windows.UTF16ToString(name), nil
}

// primary makes a token that a process can be started with of one that may be for
// impersonation only.
func primary(token windows.Token) (windows.Token, error) {
	var made windows.Token
	err := windows.DuplicateTokenEx(token, windows.TOKEN_ALL_ACCESS, nil, windows.SecurityImpersonation, windows.TokenPrimary, &made)
	if err != nil {
		return 0, fmt.Errorf("primary token: %w", err)
	}
	return made, nil
}

// checkToken refuses a token that is another account's.
func checkToken(token windows.Token, sid string) error {
	user, err := token.GetTokenUser()
	if err != nil {
		return fmt.Errorf("whose a token is: %w", err)
	}
	if user.User.Sid.String() != sid {
		return errors.New("the token is another account's")
	}
	return nil
}

// ownSID is whom this process runs as.
func ownSID() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("user of this process: %w", err)
	}
	return user.User.Sid.String(), nil
}
