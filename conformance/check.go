package conformance

import (
	"regexp"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Check is one thing that a server must do.
type Check struct {
	// Name is the operation or subject, a slash and what is checked.
	Name string
	// Section is where the specification says it.
	Section string
	// Inferred says that the numbers in it were not seen on Windows.
	Inferred bool
	// Slow checks wait for longer than 30 s.
	Slow bool

	run func(*T)
}

// Checks are all checks, in the order in which they run.
func Checks() []Check {
	var all []Check
	for _, part := range [][]Check{
		envelopeChecks, headerChecks, valueChecks, identifyChecks, getChecks, createChecks, createFaultChecks, commandChecks,
		sendChecks, receiveChecks, receiveFaultChecks, signalChecks, deleteChecks, enumerateChecks, enumerateFaultChecks,
		powershellChecks, disconnectChecks, reconnectChecks, connectChecks, bufferChecks, fullChecks, idleChecks, httpChecks, kerberosChecks,
		userChecks, quotaChecks, configChecks,
	} {
		all = append(all, part...)
	}
	return all
}

// Select are the checks whose name a pattern matches anywhere; nil means all.
func Select(pattern *regexp.Regexp) []Check {
	var some []Check
	for _, c := range Checks() {
		if pattern == nil || pattern.MatchString(c.Name) {
			some = append(some, c)
		}
	}
	return some
}

// Outcome is how a check ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Result is what came of a check.
type Result struct {
	Name     string        `json:"name"`
	Section  string        `json:"section"`
	Inferred bool          `json:"inferred,omitempty"`
	Outcome  Outcome       `json:"outcome"`
	Took     time.Duration `json:"took"` // in nanoseconds
	// Problems say what the server did and what it should have done; of a check
	// that was skipped, why.
	Problems []string `json:"problems,omitempty"`
	// Faults are the numbers of the faults that the check has provoked, each the one
	// that it should be.
	Faults []wsman.FaultCode `json:"faults,omitempty"`
}
