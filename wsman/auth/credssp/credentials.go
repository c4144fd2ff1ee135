package credssp

import (
	"fmt"
	"log/slog"
)

// Credentials are what a client hands over so that its session can log in
// elsewhere. However they are printed, nothing of them is shown.
type Credentials struct {
	// Behind a function, because package fmt does not ask the methods of a
	// field that is not exported, and follows a pointer in it where the verb is
	// not one for pointers. Nil is empty.
	secret func() *secret
}

type secret struct {
	domain, user string
	password     []byte // UTF-8
}

// NewCredentials makes credentials. The password is kept, not copied.
func NewCredentials(domain, user string, password []byte) *Credentials {
	s := &secret{domain: domain, user: user, password: password}
	return &Credentials{func() *secret { return s }}
}

func (c *Credentials) get() *secret {
	if c.secret == nil {
		*c = *NewCredentials("", "", nil)
	}
	return c.secret()
}

// Domain is the user's domain as the client wrote it; empty where the name says
// it (ada@example.com), or nothing does.
func (c *Credentials) Domain() string { return c.get().domain }

// User is the user's name as the client wrote it.
func (c *Credentials) User() string { return c.get().user }

// Password is the password in UTF-8. It is not a copy: Clear overwrites it.
func (c *Credentials) Password() []byte { return c.get().password }

// Empty reports whether there is nothing in them, as a client sends it that
// must send something and wants to delegate nothing.
func (c *Credentials) Empty() bool { return c.User() == "" && len(c.Password()) == 0 }

// Clear overwrites the password and forgets the names. Strings cannot be
// overwritten in Go, which is why the password is none.
func (c *Credentials) Clear() {
	s := c.get()
	clear(s.password)
	*s = secret{}
}

const redacted = "credssp.Credentials(not shown)"

// String shows nothing.
func (c Credentials) String() string { return redacted }

// GoString shows nothing.
func (c Credentials) GoString() string { return redacted }

// Format shows nothing, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue shows nothing.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText shows nothing to encoders.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }
