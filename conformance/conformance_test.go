package conformance

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// runIn runs the suite against the server in memory, which a test may change.
func runIn(t *testing.T, change func(*world, *Config)) (report *Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		config := Config{Server: w, HTTP: nobody{w}, URL: serverURL, Other: bob{w}, Wrong: stranger{}}
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
	report := runIn(t, nil)
	assert.Len(t, report.Results, len(Checks()))
	for _, r := range report.Results {
		assert.Equal(t, Passed, r.Outcome, "%s", r)
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
