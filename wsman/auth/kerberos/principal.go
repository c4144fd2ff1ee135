package kerberos

import (
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// Name types (RFC 4120 section 6.2, RFC 8062).
const (
	nameTypePrincipal = 1
	nameTypeService   = 2
	nameTypeWellKnown = 11
)

// Principal is a name in a realm.
type Principal struct {
	// Type is a hint only (RFC 4120 section 6.2).
	Type int32
	// Name has the components, for example HTTP and a host, or one for a user.
	Name []string
	// Realm is as written; realms that differ in case are different realms.
	Realm string
}

// User is the name without its realm: components are joined by "/", and what
// could be mistaken for a separator has a backslash before it (RFC 1964
// section 2.1.3). Two principals of one realm never have the same User. A name
// says nothing without its realm: users of other realms are other people.
func (p Principal) User() string {
	escape := strings.NewReplacer(`\`, `\\`, "/", `\/`, "@", `\@`, "\n", `\n`, "\t", `\t`, "\b", `\b`)
	parts := make([]string, len(p.Name))
	for i, part := range p.Name {
		parts[i] = escape.Replace(part)
	}
	return strings.Join(parts, "/")
}

// String is User@Realm.
func (p Principal) String() string { return p.User() + "@" + p.Realm }

// equal compares all but the type, which may differ between two spellings of
// one name (RFC 4120 section 6.2).
func (p Principal) equal(q Principal) bool {
	return p.Realm == q.Realm && slices.Equal(p.Name, q.Name)
}

// anonymous reports whether the name is the one of RFC 8062 section 3, which
// every client of a KDC that allows it may have.
func (p Principal) anonymous() bool {
	return len(p.Name) == 2 && p.Name[0] == "WELLKNOWN" && p.Name[1] == "ANONYMOUS"
}

// readPrincipalName reads a PrincipalName (RFC 4120 section 5.2.2).
func readPrincipalName(s *cryptobyte.String, p *Principal) bool {
	var seq, field, names cryptobyte.String
	if !readSequence(s, &seq) || !readInt32(&seq, 0, &p.Type) ||
		!readField(&seq, 1, &field) || !readSequence(&field, &names) || !field.Empty() {
		return false
	}
	p.Name = nil
	for !names.Empty() {
		var name string
		if !readString(&names, &name) {
			return false
		}
		p.Name = append(p.Name, name)
	}
	return len(p.Name) > 0
}

func readNameField(s *cryptobyte.String, n uint8, p *Principal) bool {
	var field cryptobyte.String
	return readField(s, n, &field) && readPrincipalName(&field, p) && field.Empty()
}

func addName(b *cryptobyte.Builder, n uint8, p Principal) {
	addField(b, n, func(b *cryptobyte.Builder) {
		b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
			addInt(b, 0, int64(p.Type))
			addField(b, 1, func(b *cryptobyte.Builder) {
				b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
					for _, name := range p.Name {
						addString(b, name)
					}
				})
			})
		})
	})
}
