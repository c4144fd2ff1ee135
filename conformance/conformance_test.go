package conformance

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// runIn runs the suite against the server in memory, which a test may change.
func runIn(t *testing.T, settings string, change func(*world, *Config)) (report *Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldWith(t, settings)
		config := Config{
			Server: w, HTTP: nobody{w}, URL: secureURL, Other: bob{w}, Administrator: root{w}, Wrong: stranger{}, Tickets: kdc{}, Service: serviceName,
		}
		if change != nil {
			change(w, &config)
		}
		report = Run(t.Context(), config)
		if change == nil {
			assert.Empty(t, w.directory.List(everybody), "shells are left")
		}
	})
	return report
}

// TestPasses: winrmd passes every check, and nothing is left of them.
func TestPasses(t *testing.T) {
	report := runIn(t, settingsText, nil)
	assert.Len(t, report.Results, len(Checks()))
	for _, r := range report.Results {
		if r.Name == switchedOff {
			assert.Equal(t, Skipped, r.Outcome, "%s", r)
			continue
		}
		assert.Equal(t, Passed, r.Outcome, "%s", r)
	}
}

// switchedOff is the check of a server on which shells are switched off, which all
// others need.
const switchedOff = "create/switched-off"

// switchedOffText are the settings of such a server.
const switchedOffText = "[Winrs]\nAllowRemoteShellAccess = false\n"

func TestSwitchedOff(t *testing.T) {
	report := runIn(t, switchedOffText, only(switchedOff))
	assert.Equal(t, 1, report.Count(Passed), "%s", report)
}

// only runs one check.
func only(name string) func(*world, *Config) {
	return func(_ *world, c *Config) { c.Run = exactly(name) }
}

// exactly is a pattern for one name.
func exactly(name string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.QuoteMeta(name) + "$")
}

// TestAlone: who is neither an administrator nor logs on by Kerberos, and has nobody
// beside him, gets no failure for it.
func TestAlone(t *testing.T) {
	report := runIn(t, settingsText, func(_ *world, c *Config) {
		c.Other, c.Administrator, c.Tickets, c.Wrong, c.Quick = nil, nil, nil, nil, true
	})
	assert.Zero(t, report.Count(Failed), "%s", report)
	for _, r := range report.Results {
		if r.Outcome == Skipped {
			assert.NotEmpty(t, r.Problems, r.Name)
		}
	}
}

// TestNames: every check has a name of its own and says where its rule is.
func TestNames(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Checks() {
		assert.Regexp(t, `^[a-z]+/[a-z0-9.-]+$`, c.Name)
		assert.False(t, names[c.Name], c.Name)
		assert.NotEmpty(t, c.Section, c.Name)
		names[c.Name] = true
	}
}
