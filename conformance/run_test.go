package conformance

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestLeavesNothing: checks that fail leave no shell behind, either.
func TestLeavesNothing(t *testing.T) {
	for name, m := range map[string]mutation{
		"no answer to a Receive": {change: replaced("Receive", "ReceiveResponse", "Other")},
		"no CommandId":           {change: without("Command", "rsp:CommandId")},
		"faults are 200":         {change: func(_, _, answer string, _ int) (string, int) { return answer, 200 }},
		"another action":         {change: replaced("", "Response</a:Action>", "</a:Action>")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				report := Run(t.Context(), Config{Server: &mutant{Server: w, mutation: m}, HTTP: nobody{w}, URL: serverURL})
				assert.NotZero(t, report.Count(Failed))
				assert.Empty(t, w.directory.List(everybody))
			})
		})
	}
}

// silent is a server that does not answer.
type silent struct{}

// RoundTrip implements Server.
func (silent) RoundTrip(ctx context.Context, _ []byte, _ time.Duration) ([]byte, int, error) {
	<-ctx.Done()
	return nil, 0, context.Cause(ctx)
}

// TestEnds: a check ends where the server does not answer, and the suite with its
// context.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		report := Run(t.Context(), Config{Server: silent{}, URL: serverURL, Run: regexp.MustCompile("^get/unknown-shell$"), Timeout: time.Minute})
		assert.Equal(t, 1, report.Count(Failed))
		assert.Contains(t, report.Results[0].String(), "the check took longer than 1m0s")
		assert.Equal(t, time.Minute, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Second, errors.New("enough"))
		defer cancel()
		report := Run(ctx, Config{Server: silent{}, URL: serverURL, Run: regexp.MustCompile("^get/"), Timeout: time.Minute})
		assert.Equal(t, 2, report.Count(Failed), "%v", report.Results)
		assert.Equal(t, len(report.Results)-2, report.Count(Skipped))
		assert.Equal(t, []string{"enough"}, report.Results[3].Problems)
	})
}

// TestQuick leaves out what is slow, and without HTTP nothing is asked over it.
func TestQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		report := Run(t.Context(), Config{Server: w, URL: serverURL, Quick: true, Run: regexp.MustCompile("^(idle|http)/")})
		assert.Equal(t, len(report.Results), report.Count(Skipped))
	})
}
