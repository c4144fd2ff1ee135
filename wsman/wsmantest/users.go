package wsmantest

import (
	"context"
	"crypto/x509"
	"strings"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// User adds a user, and lets in nobody but users: with Basic, or with NTLM in the
// scheme Negotiate, over which messages are sealed where a client does so.
func User(name, password string) Option {
	return optionFunc(func(s *Server) { s.users.passwords[name] = password })
}

// users are passwords by name.
type users struct{ passwords map[string]string }

// authenticator lets users in; it is nil where there are none.
func (u *users) authenticator(certificate *x509.Certificate) (*auth.Authenticator, error) {
	if len(u.passwords) == 0 {
		return nil, nil
	}
	config := negotiate.Config{Accounts: u, NTLM: negotiate.NewVerifier(u), Target: ntlm.Target{ComputerName: "WSMANTEST"}}
	if certificate != nil {
		config.Channel = negotiate.EndPoint(certificate)
	}
	scheme, err := negotiate.New(config)
	if err != nil {
		return nil, err
	}
	anywhere := func() bool { return true }
	return &auth.Authenticator{Schemes: []auth.Scheme{scheme, auth.NewBasic(u, anywhere)}}, nil
}

func (u *users) find(user string) (name, password string, ok bool) {
	if _, after, found := strings.Cut(user, `\`); found {
		user = after
	}
	for name, password := range u.passwords {
		if strings.EqualFold(name, user) {
			return name, password, true
		}
	}
	return "", "", false
}

// Verify implements auth.Verifier.
func (u *users) Verify(_ context.Context, user, password string) (auth.Identity, error) {
	name, want, ok := u.find(user)
	if !ok || want != password {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	return auth.Identity{Name: name}, nil
}

// Generation implements auth.Verifier and negotiate.Accounts.
func (u *users) Generation(name string) (string, bool) {
	_, _, ok := u.find(name)
	return "", ok
}

// NTHash implements negotiate.Accounts.
func (u *users) NTHash(_ context.Context, user, _ string) ([16]byte, auth.Identity, bool, error) {
	name, password, ok := u.find(user)
	return ntlm.NewHash(password), auth.Identity{Name: name}, ok, nil
}

// Principal implements negotiate.Accounts: there is no Kerberos.
func (*users) Principal(context.Context, string, string, bool) (auth.Identity, bool, error) {
	return auth.Identity{}, false, nil
}
