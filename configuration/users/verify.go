package users

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnknownUserOrPassword is the one error for a user who is not in the file
// and for a wrong password: which it was is nobody's business.
var ErrUnknownUserOrPassword = errors.New("unknown user or wrong password")

// maxHashes is how many passwords are hashed at the same time. Each takes 19
// MiB and a processor for tens of milliseconds, and anybody can ask for it.
const maxHashes = 2

// limiter lets a number of goroutines pass at the same time.
type limiter chan struct{}

// enter waits until there is room, or ctx ends.
func (l limiter) enter(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l limiter) leave() { <-l }

// Verify checks a password. The name may be in any case of letters and be
// preceded by ".\" or "MACHINE\". The User has the canonical name; the
// Credential is the one that was met, which may no longer be the user's
// Generation. The error is ErrUnknownUserOrPassword, ctx's, or says that the
// file cannot be used; the first takes the same time for every reason. It
// waits while two other passwords are being checked.
func (f *File) Verify(ctx context.Context, name, password string) (User, Credential, error) {
	if len(password) > maxPasswordBytes {
		return User{}, "", ErrUnknownUserOrPassword // nobody's, whoever the user is
	}
	e, known, err := f.lookup(name)
	if err != nil {
		return User{}, "", fmt.Errorf("users file: %w", err)
	}
	if !known {
		e.hash = f.dummy
	}
	if err := f.hashing.enter(ctx); err != nil {
		return User{}, "", fmt.Errorf("waiting to check a password: %w", err)
	}
	right := e.hash.matches(password)
	f.hashing.leave()
	if !right || !known {
		return User{}, "", ErrUnknownUserOrPassword
	}
	return e.user, e.credential, nil
}
