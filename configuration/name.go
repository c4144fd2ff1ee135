package configuration

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNameLength is the longest name of a session configuration, in bytes: with
// ".toml" it must be a file name.
const maxNameLength = 200

// CheckName says why name cannot be that of a session configuration: it must
// be 1 to 200 bytes of printable characters, not begin with a dot or a space,
// and have none of / \ : * ? " < > |.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxNameLength:
		return fmt.Errorf("the name is longer than %d bytes", maxNameLength)
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8")
	case name[0] == '.' || name[0] == ' ':
		return fmt.Errorf("the name %q begins with a dot or a space", name)
	}
	for _, r := range name {
		if strings.ContainsRune(`/\:*?"<>|`, r) || !unicode.IsPrint(r) {
			return fmt.Errorf("the name %q has the character %q", name, r)
		}
	}
	return nil
}

// FoldName gives names that differ in case only the same form, so that it can
// be the key of a map: FoldName(a) == FoldName(b) where strings.EqualFold(a, b).
func FoldName(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}
