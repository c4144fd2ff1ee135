package architecture

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A rule says what some packages must not come to depend on, directly or
// through others. Paths are within the module; "x/..." is x and all below it.
type rule struct {
	packages []string
	except   []string
	mustNot  []string
	because  string
}

// rules are the floors of ARCHITECTURE.md.
var rules = []rule{
	{
		packages: []string{"wsman/..."},
		mustNot:  []string{"psrp/...", "shell/...", "configuration/...", "cmd/..."},
		because:  "the protocol is the ground floor",
	},
	{
		packages: []string{"psrp/..."},
		mustNot:  []string{"wsman/...", "shell/...", "configuration/...", "cmd/..."},
		because:  "the PowerShell Remoting Protocol is the ground floor and knows no WS-Management",
	},
	{
		packages: []string{"wsman"},
		mustNot:  []string{"wsman/auth", "wsman/wsmanserver", "wsman/wsmanclient", "wsman/xpress"},
		because:  "package wsman is the vocabulary that all others of the protocol share",
	},
	{
		packages: []string{"shell", "shell/spool", "shell/powershell", "shell/runspace", "shell/winrs"},
		mustNot:  []string{"wsman/..."},
		because:  "a shell and its plug-ins know no SOAP; shellresource is where the two meet",
	},
	{
		packages: []string{"shell"},
		mustNot:  []string{"shell/...", "psrp/...", "configuration/..."},
		because:  "package shell is what the kinds of shell share and depends on none of them",
	},
	{
		packages: []string{"shell/powershell", "shell/runspace", "shell/winrs"},
		mustNot:  []string{"shell/powershell", "shell/runspace", "shell/winrs", "shell/shellresource", "configuration/..."},
		because:  "a plug-in stands alone: it is given its settings",
	},
	{
		packages: []string{"shell/shellresource"},
		mustNot:  []string{"shell/powershell", "shell/runspace", "shell/winrs", "psrp/..."},
		because:  "the resource serves every kind of shell through the Plugin interface",
	},
	{
		packages: []string{"configuration/..."},
		except:   []string{"configuration/configresource"},
		mustNot:  []string{"wsman/..."},
		because:  "the settings know no SOAP; configresource is where the two meet",
	},
	{
		packages: []string{"configuration/..."},
		mustNot:  []string{"shell/...", "psrp/..."},
		because:  "settings do not depend on what they are for",
	},
	{
		packages: []string{"psremoting/..."},
		mustNot:  []string{"shell/...", "configuration/...", "wsman/wsmanserver"},
		because:  "a client of both protocols knows nothing of a server",
	},
	{
		packages: []string{"wsman/...", "psrp/...", "shell/...", "configuration/..."},
		mustNot:  []string{"psremoting/..."},
		because:  "psremoting joins the two protocols for programs above",
	},
	{
		packages: []string{"..."},
		except:   []string{"cmd/...", "test/..."},
		mustNot:  []string{"cmd/...", "test/..."},
		because:  "only cmd and test see everything",
	},
}

// matches reports whether a pattern names a package.
func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	below, isTree := strings.CutSuffix(pattern, "/...")
	return name == below || isTree && strings.HasPrefix(name, below+"/")
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

// broken lists the packages that a rule forbids and p depends on.
func (r rule) broken(p pkg) []string {
	name, _ := local(p.ImportPath)
	if !matchesAny(r.packages, name) || matchesAny(r.except, name) {
		return nil
	}
	var found []string
	for _, dependency := range p.Deps {
		if other, ours := local(dependency); ours && other != name && matchesAny(r.mustNot, other) {
			found = append(found, other)
		}
	}
	return found
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			t.Parallel()
			packages := list(t, goos)
			require.NotEmpty(t, packages)
			for _, p := range packages {
				for _, r := range rules {
					assert.Empty(t, r.broken(p), "%s depends on these, but %s", p.ImportPath, r.because)
				}
			}
		})
	}
}

// TestRules: a rule that forbids nothing would keep nothing.
func TestRules(t *testing.T) {
	t.Parallel()
	depending := func(name string, on ...string) pkg {
		p := pkg{ImportPath: modulePath + "/" + name}
		for _, other := range on {
			p.Deps = append(p.Deps, modulePath+"/"+other)
		}
		return p
	}
	tests := []struct {
		name   string
		p      pkg
		broken bool
	}{
		{"wsman on shell", depending("wsman/wsmanserver", "wsman", "shell"), true},
		{"wsmanserver on wsman", depending("wsman/wsmanserver", "wsman"), false},
		{"psrp on wsman", depending("psrp/outofproc", "wsman"), true},
		{"shell on wsman through another", depending("shell", "wsman/auth"), true},
		{"plug-in on psrp", depending("shell/powershell", "psrp", "psrp/outofproc", "shell"), false},
		{"plug-in on plug-in", depending("shell/winrs", "shell/powershell"), true},
		{"shellresource on both", depending("shell/shellresource", "shell", "wsman"), false},
		{"users on wsman", depending("configuration/users", "wsman"), true},
		{"configresource on wsman", depending("configuration/configresource", "wsman"), false},
		{"psremoting on both protocols", depending("psremoting", "wsman", "wsman/wsmanclient", "psrp/runspacepool"), false},
		{"psremoting on a server", depending("psremoting", "wsman/wsmanserver"), true},
		{"protocol on psremoting", depending("psrp/runspacepool", "psremoting"), true},
		{"library on cmd", depending("shell", "cmd/winrmd"), true},
		{"library on test", depending("psrp", "test/bench"), true},
		{"cmd on everything", depending("cmd/winrmd", "wsman", "shell", "psrp", "configuration"), false},
		{"a name that only begins alike", depending("psrpextra", "wsman"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			broken := slices.ContainsFunc(rules, func(r rule) bool { return len(r.broken(test.p)) > 0 })
			assert.Equal(t, test.broken, broken)
		})
	}
}
