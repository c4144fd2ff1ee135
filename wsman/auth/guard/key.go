package guard

import (
	"net/netip"
	"strings"
	"unicode"
)

// sourceOf is what is counted as one source: an IPv4 address, or the /64 that
// one customer of a provider has all addresses of. Zones and mapped IPv4
// addresses are taken for what they stand for.
func sourceOf(a netip.Addr) netip.Prefix {
	if !a.IsValid() {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the number of bits fits the address
	return p
}

// maxAccount is the longest name that is told from another, in bytes.
const maxAccount = 256

// accountOf is what is counted as one account: the user without its domain, in
// one case of letters. All spellings of one name must be one account, whoever
// looks the user up; it does no harm that accounts of two domains are one here.
func accountOf(name string) string {
	name = name[strings.LastIndexByte(name, '\\')+1:]
	name, _, _ = strings.Cut(name, "@")
	if len(name) > maxAccount {
		name = name[:maxAccount]
	}
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}

// pair is an account as a source sees it.
type pair struct {
	source  netip.Prefix
	account string
}
