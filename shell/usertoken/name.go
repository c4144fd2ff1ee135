package usertoken

import "strings"

// principal is the name of an account, in parts.
type principal struct{ domain, name string }

// parsePrincipal takes the name of an account apart, as package account spells it:
// DOMAIN\name, and without a domain where that is this machine.
func parsePrincipal(name string) principal {
	if domain, short, ok := strings.Cut(name, `\`); ok {
		return principal{domain, short}
	}
	return principal{name: name}
}

// local reports whether the account is this machine's own.
func (p principal) local() bool { return p.domain == "" }
