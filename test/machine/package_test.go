//go:build linux && machine

package machine

import (
	"context"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packageTimeout is for the tests of one package.
const packageTimeout = 5 * time.Minute

// TestPackages runs tests that mean another thing where there is systemd and
// cgroup v2 has every controller. In the guest nothing may be skipped.
func TestPackages(t *testing.T) {
	tests := []struct{ name, run, skip string }{
		// Those of control groups. TestScopeKill has two hundred processes at the same
		// time started in ten seconds, which is too much for an emulated processor.
		{"process", "^Test(Confine|Excess|FindPlaces|FindScopes|InnerScope|Offers|OpenScope|Reclaim|Scope|StepDown|Strain|Usage)", "^TestScopeKill$"},
		{"starter", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := machine(t)
			ctx, cancel := context.WithTimeout(t.Context(), packageTimeout)
			defer cancel()
			r, err := m.machine.Run(ctx, Request{
				// The root of all groups may have processes beside groups with limits.
				Arguments: []string{"/bin/sh", "-ec", `echo $$ > /sys/fs/cgroup/cgroup.procs; exec "$@"`, "sh",
					path.Join(Share, test.name+".test"), "-test.v", "-test.timeout", packageTimeout.String(),
					"-test.run", test.run, "-test.skip", test.skip},
				Environment: []string{"CI=true", "HOME=/root"},
			})
			require.NoError(t, err, "%s%s", r.Output, r.Errors)
			assert.Zero(t, r.Status, "%s%s", r.Output, r.Errors)
			passed := strings.Count(r.Output, "--- PASS: ")
			assert.Positive(t, passed)
			assert.NotContains(t, r.Output, "--- SKIP: ")
			t.Logf("%d passed", passed)
		})
	}
}
