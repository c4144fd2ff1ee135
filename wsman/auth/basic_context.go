package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
)

// basicContext remembers the last user who was let in on its connection.
type basicContext struct {
	basic *Basic
	mac   hash.Hash // kept because making one costs more than using it

	known    bool
	digest   [sha256.Size]byte // of user and password as the client sent them
	identity Identity
}

// Step checks one request's user and password.
func (c *basicContext) Step(ctx context.Context, _ *http.Request, token string) (Result, error) {
	user, password, err := parseBasic(token)
	if err != nil {
		return Result{}, err
	}
	digest := c.sum(user, password)
	if !c.remembers(digest) {
		if err := c.verify(ctx, user, password); err != nil {
			return Result{}, &Error{User: shorten(user), Err: err}
		}
		c.known, c.digest = true, digest
	}
	return Result{Done: true, Principal: wsman.Principal{
		User: c.identity.Name, Account: c.identity.Account, Groups: c.identity.Groups,
	}}, nil
}

// remembers reports whether the digest is the one that was let in, and the
// user is still the same.
func (c *basicContext) remembers(digest [sha256.Size]byte) bool {
	if !c.known || !hmac.Equal(digest[:], c.digest[:]) {
		return false
	}
	generation, ok := c.basic.verifier.Generation(c.identity.Name)
	return ok && generation == c.identity.Generation
}

// verify checks the password the slow way. The user may have been removed or
// changed while it was hashed: then what was checked is worth nothing.
func (c *basicContext) verify(ctx context.Context, user, password string) error {
	c.known, c.identity = false, Identity{}
	identity, err := c.basic.verifier.Verify(ctx, user, password)
	if err != nil {
		return err
	}
	generation, ok := c.basic.verifier.Generation(identity.Name)
	if !ok || generation != identity.Generation {
		return fmt.Errorf("%w: the user was changed meanwhile", ErrWrongCredentials)
	}
	c.identity = identity
	return nil
}

// sum is the digest of a user and a password. There is no NUL in user, so two
// pairs never give the same text.
func (c *basicContext) sum(user, password string) (digest [sha256.Size]byte) {
	if c.mac == nil {
		c.mac = hmac.New(sha256.New, c.basic.key[:])
	}
	c.mac.Reset()
	text := make([]byte, 0, 256)
	text = append(text, user...)
	text = append(text, 0)
	text = append(text, password...)
	c.mac.Write(text)
	c.mac.Sum(digest[:0])
	return digest
}
