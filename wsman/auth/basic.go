package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
)

// Identity is who a Verifier found.
type Identity struct {
	// Name is the canonical name.
	Name string
	// Account is the local account of the user's processes; empty for the
	// server's own.
	Account string
	// Groups are the groups that the user is a member of.
	Groups []string
	// Generation is what Verifier.Generation said of the entry that the
	// password was checked against.
	Generation string
}

// Verifier checks passwords.
type Verifier interface {
	// Verify checks a password, which may take long; the end of ctx ends the
	// waiting. An unknown user and a wrong password are ErrWrongCredentials,
	// in the same time; any other error means that it could not be checked.
	Verify(ctx context.Context, user, password string) (Identity, error)
	// Generation returns a value that changes when the user's password, name,
	// account or groups do, and false if there is no such user (any more). It
	// is asked for at every request, with a canonical name.
	Generation(name string) (string, bool)
}

// Basic is the scheme Basic (RFC 7617): user and password in every request.
// The password is checked once on a connection; afterwards a digest of it,
// under a key that only this process has, is compared until the user's
// Generation changes.
type Basic struct {
	verifier  Verifier
	clearText func() bool
	key       [sha256.Size]byte
}

// NewBasic makes the scheme. It is offered over TLS, and on other connections
// where clearText, if not nil, says that passwords in clear are allowed; it is
// asked at every request.
func NewBasic(verifier Verifier, clearText func() bool) *Basic {
	b := &Basic{verifier: verifier, clearText: clearText}
	rand.Read(b.key[:]) // crypto/rand never fails
	return b
}

// Name returns "Basic".
func (b *Basic) Name() string { return "Basic" }

// Challenge returns the line that WinRM sends.
func (b *Basic) Challenge() string { return `Basic realm="WSMAN"` }

// Offered reports whether r came over TLS, or passwords in clear are allowed.
func (b *Basic) Offered(r *http.Request) bool {
	return r.TLS != nil || b.clearText != nil && b.clearText()
}

// Begin makes the state of one connection.
func (b *Basic) Begin() Context { return &basicContext{basic: b} }
