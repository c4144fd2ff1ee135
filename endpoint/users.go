package endpoint

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// users are Config.Users. They implement auth.Verifier and negotiate.Accounts.
type users struct {
	byName map[string]user // in lower case
	key    []byte          // of the digests below
}

// user keeps digests of a password instead of the password.
type user struct {
	name          string
	digest        [sha256.Size]byte
	hash          [16]byte // the NT hash
	administrator bool
}

func newUsers(passwords map[string]string, administrators []string) *users {
	u := &users{byName: map[string]user{}, key: []byte(rand.Text())}
	for name, password := range passwords {
		u.byName[strings.ToLower(name)] = user{name: name, digest: u.digest(password), hash: ntlm.NewHash(password)}
	}
	for _, name := range administrators {
		if one, ok := u.byName[strings.ToLower(name)]; ok {
			one.administrator = true
			u.byName[strings.ToLower(name)] = one
		}
	}
	return u
}

func (u *users) digest(password string) [sha256.Size]byte {
	return sha256.Sum256(append(u.key[:len(u.key):len(u.key)], password...))
}

// find is a user by the name that a client gives, with or without a domain.
func (u *users) find(name string) (user, bool) {
	if _, after, found := strings.Cut(name, `\`); found {
		name = after
	}
	one, ok := u.byName[strings.ToLower(name)]
	return one, ok
}

func (one user) identity() auth.Identity {
	i := auth.Identity{Name: one.name}
	if one.administrator {
		i.Groups = []string{wsman.GroupAdministrators}
	}
	return i
}

// Verify implements auth.Verifier.
func (u *users) Verify(_ context.Context, name, password string) (auth.Identity, error) {
	one, ok := u.find(name)
	digest := u.digest(password)
	if subtle.ConstantTimeCompare(digest[:], one.digest[:]) != 1 || !ok {
		return auth.Identity{}, auth.ErrWrongCredentials
	}
	return one.identity(), nil
}

// Generation implements auth.Verifier: users do not change.
func (u *users) Generation(name string) (string, bool) {
	_, ok := u.find(name)
	return "", ok
}

// NTHash implements negotiate.Accounts.
func (u *users) NTHash(_ context.Context, name, _ string) ([16]byte, auth.Identity, bool, error) {
	one, ok := u.find(name)
	return one.hash, one.identity(), ok, nil
}

// Principal implements negotiate.Accounts: there is no Kerberos.
func (*users) Principal(context.Context, string, string, bool) (auth.Identity, bool, error) {
	return auth.Identity{}, false, nil
}

// authenticator is what a listener asks about each request: Negotiate with NTLM,
// and Basic where the password is not sent in clear. Who guesses passwords is
// slowed down.
func (s *Server) authenticator(certificate *tls.Certificate) (wsmanserver.Authenticator, error) {
	if s.config.Authenticator != nil {
		return s.config.Authenticator, nil
	}
	config := negotiate.Config{
		Accounts: s.users, NTLM: s.guard.NTLM(negotiate.NewVerifier(s.users)), Target: ntlm.Target{ComputerName: "ENDPOINT", DomainName: "ENDPOINT"},
	}
	if certificate != nil && certificate.Leaf != nil {
		config.Channel = negotiate.EndPoint(certificate.Leaf)
	}
	scheme, err := negotiate.New(config)
	if err != nil {
		return nil, err
	}
	basic := auth.NewBasic(s.guard.Verifier(s.users), func() bool { return s.config.AllowUnencrypted })
	return s.guard.Authenticator(&auth.Authenticator{Schemes: []auth.Scheme{scheme, basic}}), nil
}
