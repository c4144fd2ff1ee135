package certificate

import (
	"crypto/sha1" //nolint:gosec // what WinRM calls a thumbprint
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"unicode"
)

// AnyResource is the URI of a Mapping for all resources.
const AnyResource = "*"

// Mapping says which user a certificate stands for, as an entry of WinRM's
// winrm/config/service/certmapping does.
type Mapping struct {
	// Subject is a user principal name that the certificate must have among its
	// alternative names, in any case of letters; a * in it stands for any
	// characters but @, and "*" alone for every certificate that has one. With
	// a = in it, it is the subject's distinguished name as RFC 2253 writes it,
	// compared as it is: "CN=build,O=Example".
	Subject string
	// Issuer is the thumbprint, in hexadecimal digits, of an authority in the
	// chain: SHA-1 as in WinRM, or SHA-256. Empty means any that is configured.
	// For a certificate that is an authority itself it is its own.
	Issuer string
	// URI is AnyResource, or what the URI of a resource must begin with.
	URI string
	// Enabled is false for an entry that is not to be used.
	Enabled bool
	// User is the name of the user.
	User string
}

// matches reports whether the mapping is for a certificate with this chain.
func (m *Mapping) matches(chain []*x509.Certificate, upns []string) bool {
	return m.matchesSubject(chain[0], upns) && m.matchesIssuer(chain)
}

func (m *Mapping) matchesSubject(c *x509.Certificate, upns []string) bool {
	if strings.Contains(m.Subject, "=") {
		return c.Subject.String() == m.Subject
	}
	for _, upn := range upns {
		if m.Subject == "*" || glob(fold(m.Subject), fold(upn)) {
			return true
		}
	}
	return false
}

func (m *Mapping) matchesIssuer(chain []*x509.Certificate) bool {
	if m.Issuer == "" {
		return true
	}
	issuers := chain[1:]
	if len(chain) == 1 {
		issuers = chain
	}
	for _, c := range issuers {
		short, long := sha1.Sum(c.Raw), sha256.Sum256(c.Raw) //nolint:gosec // a name, not a proof: the chain is verified
		if strings.EqualFold(m.Issuer, hex.EncodeToString(short[:])) || strings.EqualFold(m.Issuer, hex.EncodeToString(long[:])) {
			return true
		}
	}
	return false
}

// glob matches a pattern in which * stands for any characters but @. It takes
// time in proportion to the product of the lengths at most.
func glob(pattern, s string) bool {
	star, rest := -1, 0 // the last *, and where the text after what it took begins
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, rest = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p, i = p+1, i+1
		case star >= 0 && s[rest] != '@':
			rest++
			p, i = star+1, rest
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// fold gives texts that differ in case only the same form.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// choose finds the user that a certificate stands for: that of the first entry
// for it. Resources are those of all entries for this user; nil means all.
func choose(mappings []Mapping, chain []*x509.Certificate, upns []string) (user string, resources []string, err error) {
	disabled := false
	var first *Mapping
	for i := range mappings {
		m := &mappings[i]
		switch {
		case !m.matches(chain, upns):
			continue
		case !m.Enabled:
			disabled = true
			continue
		case first == nil:
			first = m
		case m.User != first.User:
			continue
		}
		if m.URI == AnyResource {
			return first.User, nil, nil
		}
		resources = append(resources, m.URI)
	}
	switch {
	case first != nil:
		return first.User, resources, nil
	case disabled:
		return "", nil, refuse(Disabled, nil)
	}
	return "", nil, refuse(NotMapped, nil)
}
