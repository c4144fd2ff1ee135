package account

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Account is a local account as the system knows it.
type Account struct {
	// Name is the account's, as the system spells it.
	Name string
	// UID and GID are -1 on Windows.
	UID, GID int
	// SID is the security identifier, as text; empty but on Windows.
	SID string
	// Groups are the numbers of all groups that it is in.
	Groups []int
	// Home and Shell are those of its entry; either may be empty.
	Home, Shell string
}

// localSystem is the SID of whom Windows itself runs as.
const localSystem = "S-1-5-18"

// Superuser reports whether the account is that of the superuser, whatever it is
// called.
func (a *Account) Superuser() bool { return a.UID == 0 || a.SID == localSystem }

// same reports whether two are one account. Two names for one number are not:
// their groups differ.
func (a *Account) same(b *Account) bool {
	return a.Name != "" && a.Name == b.Name && a.UID == b.UID && a.SID == b.SID
}

// NotFoundError says that the system knows no account of a name.
type NotFoundError struct{ Name string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("there is no account %s on this machine", e.Name)
}

const maxName = 256

// CheckName says why a name can be no account's: it must be 1 to 256 printable
// characters without : and /, not begin with - (it would be an option), and not
// be a number, by which the system would find the account that has it.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("an account's name is not empty")
	case !utf8.ValidString(name), utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("an account's name has at most %d characters, in UTF-8", maxName)
	case name[0] == '-', strings.Trim(name, " ") != name:
		return fmt.Errorf("%q is no name of an account: it begins with -, or begins or ends with a space", name)
	case strings.Trim(name, "0123456789") == "":
		return fmt.Errorf("%q is a number, not the name of an account", name)
	}
	for _, r := range name {
		if strings.ContainsRune(":/", r) || !unicode.IsPrint(r) {
			return fmt.Errorf("%q is no name of an account: it has the character %q", name, r)
		}
	}
	return nil
}

// withoutMachine is the name of an account as others write it: Windows says
// MACHINE\ann of one that is its own.
func withoutMachine(name, host string) string {
	if machine, short, ok := strings.Cut(name, `\`); ok && strings.EqualFold(machine, host) {
		return short
	}
	return name
}

// answers reports whether an account can be who was asked for by DOMAIN\name: this
// machine's own, which has no domain in its name, is not a domain's of that name.
func answers(asked, found, host string) bool {
	domain, _, ok := strings.Cut(asked, `\`)
	return !ok || strings.Contains(found, `\`) || strings.EqualFold(domain, host) || domain == "."
}
