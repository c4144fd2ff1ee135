package runspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Runspace is what pipelines leave to those that run in it later: variables and
// errors. One pipeline at a time has it, and those that are nested in it.
type Runspace struct {
	session *session
	global  *scope
	errors  []*clixml.ErrorRecord // the latest last
	used    int                   // bytes that variables take
	history history

	// nested are pipelines that wait to be run within the one that runs here.
	nested chan func()
}

// maxErrors is how many errors $Error keeps, as in PowerShell.
const maxErrors = 256

// scope is variables by name, in lower case.
type scope struct {
	parent *scope
	values map[string]variable
}

// variable has the spelling of its name that it was made with.
type variable struct {
	name  string
	value clixml.Value
	size  int
}

// preferences are the variables that say what becomes of the streams.
var preferences = map[string]string{
	"ErrorActionPreference": "Continue", "WarningPreference": "Continue", "VerbosePreference": "SilentlyContinue",
	"DebugPreference": "SilentlyContinue", "InformationPreference": "SilentlyContinue", "ProgressPreference": "Continue",
}

func newRunspace(s *session) *Runspace {
	rs := &Runspace{session: s, global: &scope{values: map[string]variable{}}, nested: make(chan func())}
	for name, v := range preferences {
		rs.global.put(name, clixml.String(v), 0)
	}
	for _, name := range slices.Sorted(maps.Keys(s.plugin.config.Variables)) {
		v, err := clixml.Marshal(s.plugin.config.Variables[name])
		if err != nil {
			s.log.Error("a variable of the configuration has no form in CLIXML", "variable", name, "error", err)
			continue
		}
		rs.global.put(name, v, 0)
	}
	rs.global.put("PSVersionTable", s.plugin.versionTable(), 0)
	rs.global.put("PSSenderInfo", s.senderInfo(), 0)
	return rs
}

// senderInfo is $PSSenderInfo: who the client is, and what it said at the start.
func (s *session) senderInfo() clixml.Value {
	text := s.owner
	return &clixml.Object{
		TypeNames: []string{"System.Management.Automation.Remoting.PSSenderInfo", "System.Object"}, ToString: &text,
		Adapted: clixml.Properties{
			property("UserInfo", clixml.NewCustomObject(property("Identity", clixml.NewCustomObject(
				property("Name", clixml.String(s.owner)), property("IsAuthenticated", clixml.Bool(true)),
			)))),
			property("ConnectedUser", clixml.String(s.owner)),
			property("ConnectionString", clixml.String("")),
			property("ApplicationArguments", s.pool.arguments),
		},
	}
}

// get finds a variable in a scope or those around it.
func (sc *scope) get(name string) (variable, bool) {
	key := value.Fold(name)
	for ; sc != nil; sc = sc.parent {
		if v, ok := sc.values[key]; ok {
			return v, true
		}
	}
	return variable{}, false
}

// put gives a variable of this very scope a value and returns how much less it
// took before.
func (sc *scope) put(name string, v clixml.Value, size int) (before int) {
	key := value.Fold(name)
	old, ok := sc.values[key]
	if ok {
		name = old.name
	}
	sc.values[key] = variable{name, v, size}
	return old.size
}

// noted keeps an error for $Error.
func (rs *Runspace) noted(e *clixml.ErrorRecord) {
	if len(rs.errors) == maxErrors {
		rs.errors = slices.Delete(rs.errors, 0, 1)
	}
	rs.errors = append(rs.errors, e)
}

// errorList is $Error, the latest first.
func (rs *Runspace) errorList() clixml.Value {
	items := make([]clixml.Value, 0, len(rs.errors))
	for _, e := range slices.Backward(rs.errors) {
		items = append(items, e.Object())
	}
	return value.Array(items)
}

// sizeOf is roughly how many bytes a value takes; more than most is not counted.
func sizeOf(v clixml.Value, most int) int {
	m := measure{most: most, seen: map[*clixml.Object]bool{}}
	m.add(v)
	return m.size
}

type measure struct {
	size, most int
	depth      int
	seen       map[*clixml.Object]bool
}

// maxMeasured is how many values may stand within each other.
const maxMeasured = 10_000

// valueSize is roughly how many bytes a value takes beside its text.
const valueSize = 32

func (m *measure) add(v clixml.Value) {
	if m.size += valueSize; m.size > m.most {
		return
	}
	if m.depth == maxMeasured {
		m.size = m.most + 1
		return
	}
	m.depth++
	defer func() { m.depth-- }()
	switch v := v.(type) {
	case *clixml.Object:
		if v == nil || m.seen[v] {
			return
		}
		m.seen[v] = true
		m.size += 3 * valueSize
		m.add(v.Base)
		for _, set := range []clixml.Properties{v.Adapted, v.Extended} {
			for _, p := range set {
				m.add(p.Value)
			}
		}
	case clixml.Dictionary:
		for _, e := range v {
			m.add(e.Key)
			m.add(e.Value)
		}
	case clixml.String:
		m.size += len(v)
	case clixml.ScriptBlock:
		m.size += len(v)
	case clixml.ByteArray:
		m.size += len(v)
	case clixml.XMLDocument:
		m.size += len(v)
	default:
		items, _ := clixml.Elements(v)
		for _, item := range items {
			if m.size > m.most {
				return
			}
			m.add(item)
		}
	}
}

// isReserved reports whether a variable cannot be given a value.
func isReserved(name string) bool {
	switch strings.ToLower(name) {
	case "true", "false", "null", "error", "psversiontable", "pssenderinfo", "?", "host":
		return true
	}
	return false
}
