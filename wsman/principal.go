package wsman

import (
	"net/netip"
	"slices"
)

// GroupAdministrators is the group whose members may enumerate, get and
// delete shells of other users. Membership is decided when the request is
// authenticated and travels with the Principal.
const GroupAdministrators = "Administrators"

// Principal says on whose behalf a request is made. It is made by an
// authentication scheme and is complete: what serves the request never asks
// the connection again.
type Principal struct {
	// User is the canonical name of the user, as the accounts file spells it.
	// It owns the shells that it creates.
	User string `json:"user"`
	// Account is the local account that the user's processes run as; empty
	// means the account of the server itself.
	Account string `json:"account,omitempty"`
	// Groups are the groups that the user is a member of.
	Groups []string `json:"groups,omitempty"`
	// Scheme is the authentication scheme that was met, for example "Basic".
	Scheme string `json:"scheme"`
	// Source is the address that the request came from; the zero value for a
	// local socket.
	Source netip.Addr `json:"source"`
	// Resources are what the URI of a resource must begin with, if the principal
	// may use some only; nil means all. RestrictResources sees to it.
	Resources []string `json:"resources,omitempty"`
	// Loopback is true where the request came from this machine.
	Loopback bool `json:"loopback,omitempty"`
}

// Administrator reports whether the principal is a member of
// GroupAdministrators.
func (p *Principal) Administrator() bool {
	return slices.Contains(p.Groups, GroupAdministrators)
}
