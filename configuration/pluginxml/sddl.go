package pluginxml

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ace is an entry of a discretionary access control list (MS-DTYP 2.5.1.1).
type ace struct {
	kind      string // A, D, XA, …
	flags     string
	rights    string
	sid       string // as an alias of two letters where there is one
	condition bool
}

// accessList is the D: part of a security descriptor.
type accessList struct {
	// present is false where there is none, or where it says that there is no
	// access control: on Windows everybody may do everything then.
	present bool
	entries []ace
}

// sidForm is a security identifier: an alias or S-1-….
const sidForm = `(?:[A-Za-z]{2}|[Ss]-1-(?:[0-9]+|0[xX][0-9A-Fa-f]+)(?:-[0-9]+)+)`

var (
	sidPattern = regexp.MustCompile(`^` + sidForm + `$`)
	headForm   = regexp.MustCompile(`^(?:[Oo]:` + sidForm + `)?(?:[Gg]:` + sidForm + `)?`)
	listHead   = regexp.MustCompile(`^([DdSs]):((?:NO_ACCESS_CONTROL|A[RI]|P)*)`)
)

// parseSddl reads the discretionary access control list of a security
// descriptor in SDDL (MS-DTYP 2.5.1). Owner, group and audit entries are
// checked by their form only.
func parseSddl(text string) (accessList, error) {
	var list accessList
	rest := strings.TrimSpace(text)
	rest = rest[len(headForm.FindString(rest)):]
	for seen := ""; rest != ""; {
		head := listHead.FindStringSubmatch(rest)
		if head == nil {
			return list, fmt.Errorf("%w: at %.40q", ErrSddl, rest)
		}
		which := strings.ToUpper(head[1])
		if strings.Contains(seen, which) {
			return list, fmt.Errorf("%w: %s: twice", ErrSddl, which)
		}
		seen += which
		entries, after, err := parseEntries(rest[len(head[0]):])
		if err != nil {
			return list, err
		}
		if which == "D" {
			list = accessList{present: !strings.Contains(head[2], "NO_ACCESS_CONTROL"), entries: entries}
		}
		rest = after
	}
	return list, nil
}

// parseEntries reads entries in parentheses, as many as there are.
func parseEntries(text string) (entries []ace, rest string, err error) {
	for strings.HasPrefix(text, "(") {
		end := closing(text)
		if end < 0 {
			return nil, "", fmt.Errorf("%w: a parenthesis is not closed", ErrSddl)
		}
		entry, err := parseEntry(text[1:end])
		if err != nil {
			return nil, "", err
		}
		entries, text = append(entries, entry), text[end+1:]
	}
	return entries, text, nil
}

// closing is where the parenthesis is closed that text begins with; -1 if
// nowhere. Conditions have parentheses and quoted texts of their own.
func closing(text string) int {
	depth, quoted := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// parseEntry reads type;flags;rights;object;inherited object;SID[;condition].
func parseEntry(text string) (ace, error) {
	parts := strings.SplitN(text, ";", 7)
	if len(parts) < 6 {
		return ace{}, fmt.Errorf("%w: the entry (%.60s) has %d parts of 6", ErrSddl, text, len(parts))
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	e := ace{kind: strings.ToUpper(parts[0]), flags: strings.ToUpper(parts[1]), rights: parts[2], condition: len(parts) > 6}
	if !sidPattern.MatchString(parts[5]) {
		return ace{}, fmt.Errorf("%w: %.60q is no account", ErrSddl, parts[5])
	}
	if _, err := e.mask(); err != nil {
		return ace{}, err
	}
	e.sid = strings.ToUpper(parts[5])
	if alias, ok := aliases[e.sid]; ok {
		e.sid = alias
	}
	return e, nil
}

// aliases are the short names of well-known accounts.
var aliases = map[string]string{
	"S-1-1-0": "WD", "S-1-5-2": "NU", "S-1-5-4": "IU", "S-1-5-7": "AN", "S-1-5-11": "AU",
	"S-1-5-32-544": "BA", "S-1-5-32-545": "BU", "S-1-5-32-546": "BG", "S-1-5-32-580": "RM",
}

// Bits of rights: the two that let open a shell, and any other.
const (
	genericExecute = 0x20000000
	genericAll     = 0x10000000
	otherRight     = 1
)

var rightsForm = regexp.MustCompile(`^(?:[A-Za-z]{2})*$`)

// mask are an entry's rights: a number, or pairs of letters.
func (e ace) mask() (uint32, error) {
	if e.rights != "" && '0' <= e.rights[0] && e.rights[0] <= '9' {
		n, err := strconv.ParseUint(e.rights, 0, 32)
		if err != nil {
			return 0, fmt.Errorf("%w: %.60q are no rights", ErrSddl, e.rights)
		}
		return uint32(n), nil
	}
	if !rightsForm.MatchString(e.rights) {
		return 0, fmt.Errorf("%w: %.60q are no rights", ErrSddl, e.rights)
	}
	var mask uint32
	for i := 0; i < len(e.rights); i += 2 {
		switch strings.ToUpper(e.rights[i : i+2]) {
		case "GA":
			mask |= genericAll
		case "GX":
			mask |= genericExecute
		default:
			mask |= otherRight
		}
	}
	return mask, nil
}

// aboutShells reports whether the entry says who may open a shell.
func (e ace) aboutShells() bool {
	mask, _ := e.mask() // it was read when the entry was
	return mask&(genericExecute|genericAll) != 0 && !strings.Contains(e.flags, "IO")
}
