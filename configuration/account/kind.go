package account

import "fmt"

// kind is what a name stands for on Windows: SID_NAME_USE of winnt.h.
type kind uint32

const (
	kindUser           kind = 1
	kindGroup          kind = 2
	kindDomain         kind = 3
	kindAlias          kind = 4
	kindWellKnownGroup kind = 5
	kindDeleted        kind = 6
	kindComputer       kind = 9
)

var kindNames = map[kind]string{
	kindGroup:  "a group",
	kindDomain: "a domain",
	kindAlias:  "a local group",
	// LocalSystem, LocalService and NetworkService are of this kind, too.
	kindWellKnownGroup: "a group or an account of the system",
	kindDeleted:        "an account that was deleted",
	kindComputer:       "a computer",
}

// check refuses a name that is no user's: nobody logs on as a group, and no
// session runs as the system.
func (k kind) check(name string) error {
	if k == kindUser {
		return nil
	}
	what, ok := kindNames[k]
	if !ok {
		what = fmt.Sprintf("of kind %d", uint32(k))
	}
	return fmt.Errorf("%s is %s, not the account of a user", name, what)
}
