package conformance

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/wsman"
)

// TestMutations: each of at least 60 ways to be wrong is reported, by the check
// that is there for it, and each check can fail.
func TestMutations(t *testing.T) {
	all := mutations()
	assert.GreaterOrEqual(t, len(all), 60)
	t.Logf("%d mutations, %d checks", len(all), len(Checks()))
	provoking := map[wsman.FaultCode][]string{}
	for _, r := range runIn(t, settingsText, nil).Results {
		for _, code := range r.Faults {
			provoking[code] = append(provoking[code], regexp.QuoteMeta(r.Name))
		}
	}
	var mu sync.Mutex
	failed := map[string]bool{}
	t.Run("each", func(t *testing.T) {
		for _, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				settings := settingsText
				if m.settings != "" {
					settings = m.settings
				}
				report := runIn(t, settings, func(w *world, c *Config) {
					c.Server = &mutant{Server: w, mutation: m}
					c.Other = &mutant{Server: bob{w}, mutation: m}
					c.Administrator = &mutant{Server: root{w}, mutation: m}
					if m.letIn {
						c.Wrong, c.Other = w, w
					}
					if m.http != nil {
						c.HTTP = mutantHTTP{RoundTripper: c.HTTP, change: m.http}
					}
					if m.by != "" {
						c.Run = exactly(m.by)
					}
					if m.number != 0 {
						c.Run = regexp.MustCompile("^(" + strings.Join(provoking[m.number], "|") + ")$")
					}
				})
				assert.NotZero(t, report.Count(Failed), "nobody has seen it: %s", report)
				mu.Lock()
				defer mu.Unlock()
				for _, r := range report.Results {
					if r.Outcome == Failed {
						failed[r.Name] = true
					}
				}
			})
		}
	})
	for _, c := range Checks() {
		assert.True(t, failed[c.Name], "%s was failed by no mutation", c.Name)
	}
}
