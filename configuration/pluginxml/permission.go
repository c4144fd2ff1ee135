package pluginxml

import (
	"slices"
	"strings"
)

// administrators is who may always be let in.
const administrators = "Administrators"

// equals are the names that well-known groups of Windows have here.
var equals = []struct{ alias, name string }{
	{"BA", administrators},
	{"RM", "Remote Management Users"},
}

// access is what a security descriptor comes to here.
type access struct {
	// permission are the names of who may open sessions; empty: everybody.
	permission []string
	// closed says that the network is denied, so that nobody may.
	closed bool
	notes  []string
}

// readSddl finds out whom a descriptor lets open sessions. It lets in nobody
// here whom it does not let in on Windows, but administrators.
func readSddl(text string) (access, error) {
	var a access
	if strings.TrimSpace(text) == "" {
		a.only("there is none, so the service's RootSDDL counts, which lets administrators in only")
		return a, nil
	}
	list, err := parseSddl(text)
	if err != nil {
		return a, err
	}
	if !list.present {
		a.only("it has no access control, which would let in everybody at all; only Administrators are let in")
		return a, nil
	}
	everybody, denied := false, false
	a.permission = []string{}
	for _, e := range list.entries {
		if !e.aboutShells() {
			continue
		}
		switch {
		case strings.Contains(e.kind, "D"):
			denied = a.deny(e) || denied
		case e.kind != "A" || e.condition:
			a.note("the grant to " + e.sid + " has a condition, which cannot be checked here; it is left out")
		case e.sid == "WD" || e.sid == "AU":
			everybody = true
		default:
			a.grant(e.sid)
		}
	}
	switch {
	case a.closed || denied:
		a.permission = []string{administrators}
	case everybody:
		a.permission = []string{}
	case len(a.permission) == 0:
		a.only("nobody whom it lets in has an equal here; only Administrators are let in")
	}
	return a, nil
}

// only leaves administrators, and says why.
func (a *access) only(why string) {
	a.permission = []string{administrators}
	a.note(why)
}

func (a *access) note(text string) { a.notes = append(a.notes, text) }

// grant lets an account in, if it has an equal.
func (a *access) grant(sid string) {
	for _, e := range equals {
		if e.alias == sid {
			if !slices.Contains(a.permission, e.name) {
				a.permission = append(a.permission, e.name)
			}
			return
		}
	}
	a.note("the grant to " + sid + " has no equal here; it is left out. Add the user or group to Permission by name")
}

// deny reports whether a denial leaves administrators only.
func (a *access) deny(e ace) bool {
	switch e.sid {
	case "AN", "BG": // nobody can log on as these
		return false
	case "WD", "AU", "NU", "BA":
		a.closed = true
		a.note("it denies access to " + e.sid + ", so to everybody who comes over the network; the configuration is not enabled")
		return true
	}
	a.note("the denial to " + e.sid + " has no equal here; only Administrators are let in")
	return true
}

// What Windows has around the access control list, and its audit entries.
const (
	sddlHead = "O:NSG:BAD:P"
	sddlTail = "S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"
)

// writeSddl makes the descriptor that lets in whom permission names, as far as
// Windows knows them.
func writeSddl(permission []string) string {
	var entries strings.Builder
	let := func(alias string) { entries.WriteString("(A;;GA;;;" + alias + ")") }
	for _, name := range permission {
		for _, e := range equals {
			if e.name == name {
				let(e.alias)
			}
		}
	}
	if entries.Len() == 0 {
		let("BA")
	}
	if len(permission) == 0 {
		let("AU")
	}
	return sddlHead + entries.String() + sddlTail
}

// isSaidBySddl reports whether a descriptor can say who is let in.
func isSaidBySddl(permission []string) bool {
	a, err := readSddl(writeSddl(permission))
	return err == nil && slices.Equal(a.permission, permission)
}
