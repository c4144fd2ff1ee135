package users

import (
	"fmt"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxNameCharacters = 64
	maxPasswordBytes  = 1024
)

// CheckName says why name cannot be a user's: it must be 1 to 64 printable
// characters, neither begin nor end with a space, not consist of dots alone,
// and have none of " / \ [ ] : ; | = , + * ? < > @ (those that Windows refuses).
func CheckName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("user name: empty")
	case !utf8.ValidString(name):
		return fmt.Errorf("user name: not UTF-8")
	case utf8.RuneCountInString(name) > maxNameCharacters:
		return fmt.Errorf("user name: longer than %d characters", maxNameCharacters)
	case strings.Trim(name, " ") != name:
		return fmt.Errorf("user name %q: begins or ends with a space", name)
	case strings.Trim(name, ".") == "":
		return fmt.Errorf("user name %q: only dots", name)
	}
	for _, r := range name {
		if strings.ContainsRune(`"/\[]:;|=,+*?<>@`, r) || !unicode.IsPrint(r) {
			return fmt.Errorf("user name %q: the character %q is not allowed", name, r)
		}
	}
	return nil
}

// CheckPassword says why password cannot be used: it must be 1 to 1024 bytes.
func CheckPassword(password string) error {
	switch {
	case password == "":
		return fmt.Errorf("password: empty")
	case len(password) > maxPasswordBytes:
		return fmt.Errorf("password: longer than %d bytes", maxPasswordBytes)
	}
	return nil
}

// Canonical takes off a name what says that it is this machine's: .\user,
// MACHINE\user and user@MACHINE, with the machine's name in any case of letters,
// with or without its domain. Every other form, DOMAIN\user and user@REALM,
// stays as it is and can then be no user's name, since none has \ or @ in it: it
// asks for another user than ours.
func Canonical(name string) string {
	if domain, user, ok := strings.Cut(name, `\`); ok {
		if domain == "." || isThisMachine(domain) {
			return user
		}
		return name
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 && isThisMachine(name[i+1:]) {
		return name[:i]
	}
	return name
}

// isThisMachine reports whether name is the machine's, in full or up to the
// first dot.
func isThisMachine(name string) bool {
	host, err := os.Hostname()
	if err != nil {
		return false
	}
	short, _, _ := strings.Cut(host, ".")
	return strings.EqualFold(name, host) || strings.EqualFold(name, short)
}
