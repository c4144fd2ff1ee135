package guard

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// record is what is known of the failures of one source, account or pair. It is
// guarded by the Guard's lock.
type record struct {
	limits *Limits
	// failures has a token for each failure that is still allowed.
	failures *rate.Limiter
	// blocked is until when everything is refused.
	blocked time.Time
	// underway is how many attempts are admitted and not yet decided. Each may
	// become a failure: together they must not be more than are allowed.
	underway int
	waiting  int
	// decided is closed when one of them is; nil if nobody waits.
	decided chan struct{}
}

func newRecord(limits *Limits) *record {
	return &record{limits: limits, failures: rate.NewLimiter(rate.Every(limits.Forgive), limits.Failures)}
}

// left is how many failures more there may be.
func (r *record) left(now time.Time) float64 {
	return r.failures.TokensAt(now) - float64(r.underway)
}

// delay is how long the next attempt waits: nothing as long as half of the
// failures are left, then longer with each, up to MaxDelay. Attempts under way do
// not count here: many users of one source may log on at the same time.
func (r *record) delay(now time.Time) time.Duration {
	half := float64(r.limits.Failures / 2)
	missing := math.Round(half + 1 - r.failures.TokensAt(now))
	if missing < 1 {
		return 0
	}
	return min(r.limits.MaxDelay, time.Duration(float64(r.limits.MaxDelay)*missing/half))
}

// fail counts a failure, and reports whether it was one too many.
func (r *record) fail(now time.Time) (blocks bool) {
	r.failures.AllowN(now, 1)
	if r.failures.TokensAt(now) >= 1 || now.Before(r.blocked) {
		return false
	}
	r.blocked = now.Add(r.limits.Block)
	return true
}

// begin and end count an attempt.
func (r *record) begin() { r.underway++ }

func (r *record) end() {
	r.underway--
	if r.decided != nil {
		close(r.decided)
		r.decided = nil
	}
}

// wait is what is closed at the next end.
func (r *record) wait() <-chan struct{} {
	if r.decided == nil {
		r.decided = make(chan struct{})
	}
	return r.decided
}
