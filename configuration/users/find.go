package users

import "fmt"

// Find finds a user by the forms of a name that Verify takes, for a scheme that
// needs no password. The Credential is the user's Generation. Ok is false if
// there is no such user; the error says why the file cannot be used.
func (f *File) Find(name string) (user User, credential Credential, ok bool, err error) {
	e, known, err := f.lookup(name)
	if err != nil {
		return User{}, "", false, fmt.Errorf("users file: %w", err)
	}
	return e.user, e.credential, known, nil
}
