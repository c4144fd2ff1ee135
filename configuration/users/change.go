package users

import (
	"errors"
	"fmt"
	"slices"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
)

// ErrUnknownUser is the error of Remove for a user who is not in the file.
var ErrUnknownUser = errors.New("unknown user")

// Option is something more that Add keeps of a user.
type Option func(user *record, password string)

// WithNTHash keeps the NT hash of the password beside the argon2id hash. NTLM
// and CredSSP need it. It is worth as much as the password.
func WithNTHash() Option {
	return func(user *record, password string) { user.NTHash = newNTHash(password).encode() }
}

// WithAccount names the local account that the user's sessions run as; an empty
// name takes away what is named. Without it Add leaves the account as it is.
func WithAccount(name string) Option {
	return func(user *record, _ string) { user.Account, user.accountSet = name, true }
}

// Add puts a user into the file, which is made (mode 0600) if it is missing.
// If the user is there already, in any case of letters, the password is
// replaced, the name stays as it was and Add reports replaced. A name or
// password that cannot be used is an error. Without WithNTHash the user has no
// NT hash afterwards, also if it had one.
func (f *File) Add(name, password string, options ...Option) (replaced bool, err error) {
	if err := errors.Join(CheckName(name), CheckPassword(password)); err != nil {
		return false, err
	}
	hash := newHash(password) // before the lock: it takes its time
	user := record{Name: name, Password: hash.String()}
	for _, option := range options {
		option(&user, password)
	}
	if err := checkAccount(user.Account); err != nil {
		return false, err
	}
	err = f.change(func(d *document) error {
		i := d.find(name)
		if replaced = i >= 0; replaced {
			user.Name = d.User[i].Name
			if !user.accountSet {
				user.Account = d.User[i].Account
			}
			d.User[i] = user
			return nil
		}
		d.User = append(d.User, user)
		return nil
	})
	return replaced, err
}

// SetAccount names the local account that a user's sessions run as; an
// empty one takes away what is named. The name is matched in any case of letters;
// ErrUnknownUser if nobody has it.
func (f *File) SetAccount(name, of string) error {
	if err := checkAccount(of); err != nil {
		return err
	}
	return f.change(func(d *document) error {
		i := d.find(Canonical(name))
		if i < 0 {
			return fmt.Errorf("%w: %q", ErrUnknownUser, name)
		}
		d.User[i].Account = of
		return nil
	})
}

func checkAccount(name string) error {
	if name == "" {
		return nil
	}
	return account.CheckName(name)
}

// Remove takes a user out of the file. The name is matched in any case of
// letters; ErrUnknownUser if nobody has it.
func (f *File) Remove(name string) error {
	return f.change(func(d *document) error {
		i := d.find(Canonical(name))
		if i < 0 {
			return fmt.Errorf("%w: %q", ErrUnknownUser, name)
		}
		d.User = slices.Delete(d.User, i, i+1)
		return nil
	})
}

// change reads the file, changes it and replaces it, with no other process or
// goroutine doing so at the same time. A file with an error is not changed.
func (f *File) change(edit func(*document) error) (err error) {
	unlock, err := lockFile(f.path + ".lock")
	if err != nil {
		return fmt.Errorf("lock users file: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	d, err := f.read()
	if err != nil {
		return err
	}
	if err := edit(&d); err != nil {
		return err
	}
	content, err := d.encode()
	if err != nil {
		return fmt.Errorf("users file: %w", err)
	}
	if len(content) > configuration.MaxFileSize {
		return fmt.Errorf("%s would be larger than %d bytes", f.path, configuration.MaxFileSize)
	}
	return configuration.WriteFile(f.path, content, 0o600)
}
