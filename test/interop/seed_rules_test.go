package interop

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seedConfiguration is the session configuration of the document on
// disconnected sessions: New-PSTransportOption -IdleTimeoutSec 172800
// -MaxIdleTimeoutSec 259200, and -OutputBufferingMode Drop.
const seedConfiguration = "IdleTimeoutMs = 172800000\nMaxIdleTimeoutMs = 259200000\nOutputBufferingMode = \"Drop\"\n"

// seedStep is one thing that pypsrp does and what the session is after it:
// idle timeout in seconds, buffer mode and state, or "gone", or "refused" with
// the milliseconds that were asked for, the least and the most.
type seedStep struct{ do, then string }

// seedRules are the rules of Microsoft's documents for idle timeout and output
// buffering mode, each under the sentence that says so; without a name it is
// from about_Remote_Disconnected_Sessions. What a real client can be brought to
// is here; the table of the same name in package shellresource has more.
var seedRules = []struct {
	name  string
	steps []seedStep
}{
	// "The IdleTimeoutMs property of the session configuration determines the
	// default idle timeout of sessions that use the session configuration."
	// "The OutputBufferingMode property of the session configuration determines
	// the default buffering mode of sessions that use the session configuration."
	{"defaults of a configuration", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"delete", "gone"},
	}},
	// "The IdleTimeoutMs value of the default Microsoft.PowerShell session
	// configuration is 7200000 milliseconds (2 hours)." (New-PSSessionOption)
	// "Block (default)"
	{"defaults of the default", []seedStep{
		{"create Microsoft.PowerShell", "7200 Block Connected"},
	}},
	// "You can set the idle timeout of a PSSession when you create the PSSession
	// (New-PSSession, Invoke-Command) and when you disconnect from it
	// (Disconnect-PSSession)."
	{"overrides of the idle timeout", []seedStep{
		{"create Test IdleTimeOut=PT3600S", "3600 Drop Connected"},
		{"disconnect IdleTimeOut=PT200000.000S", "200000 Drop Disconnected"},
		{"reconnect", "200000 Drop Connected"},
		{"disconnect IdleTimeOut=PT60.000S", "60 Drop Disconnected"},
		{"connect", "60 Drop Connected"},
	}},
	// "If the idle time-out set in the session options exceeds the value of the
	// MaxIdleTimeoutMs property of the session configuration, the command to
	// create a session fails." (New-PSSessionOption)
	{"cap at creation", []seedStep{
		{"create Test IdleTimeOut=PT259200.001S", "refused 259200001 60000 259200000"},
		{"get", "gone"},
		{"create Test IdleTimeOut=PT59.999S", "refused 59999 60000 259200000"},
		{"get", "gone"},
		{"create Test IdleTimeOut=PT259200S", "259200 Drop Connected"},
	}},
	// "However, the client-side values cannot violate maximum values and quotas
	// set in the session configuration." (New-PSTransportOption)
	{"cap at disconnect", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT259201.000S BufferMode=Block", "refused 259201000 60000 259200000"},
		{"get", "172800 Drop Connected"},
		{"receive", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT259200.000S", "259200 Drop Disconnected"},
	}},
	// "However, you can't change the IdleTimeout value when you connect to the
	// PSSession (Connect-PSSession) or get results (Receive-PSSession)." "The
	// IdleTimeout value in SessionOption object [...] don't change the value of
	// the IdleTimeout in a Connect-PSSession or Receive-PSSession command."
	{"no change at connect, reconnect and receive", []seedStep{
		{"create Test IdleTimeOut=PT3600S", "3600 Drop Connected"},
		{"receive IdleTimeOut=PT7200.000S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"reconnect IdleTimeOut=PT7200.000S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"connect IdleTimeOut=PT7200.000S", "3600 Drop Connected"},
		{"receive IdleTimeOut=PT259201.000S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"connect IdleTimeOut=PT259201.000S", "3600 Drop Connected"},
		{"receive", "3600 Drop Connected"},
	}},
	// "You can override the default value in the session configuration and set
	// the output buffering mode of a PSSession when you create a PSSession, when
	// you disconnect, and when you reconnect."
	{"overrides of the buffer mode", []seedStep{
		{"create Test BufferMode=Block", "172800 Block Connected"},
		{"disconnect BufferMode=Drop", "172800 Drop Disconnected"},
		{"reconnect BufferMode=Block", "172800 Block Connected"},
		{"disconnect", "172800 Block Disconnected"},
		{"connect BufferMode=Drop", "172800 Drop Connected"},
		{"receive BufferMode=Block", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"connect", "172800 Drop Connected"},
	}},
}

func TestSeedRules(t *testing.T) {
	t.Parallel()
	s := start(t, setup{configurations: map[string]string{"Test": seedConfiguration}})
	var steps [][]string
	for _, rule := range seedRules {
		var one []string
		for _, step := range rule.steps {
			one = append(one, step.do)
		}
		steps = append(steps, one)
	}
	got := s.client().followSteps(t, args{"rules": steps})
	require.Len(t, got, len(seedRules))
	for i, rule := range seedRules {
		require.Len(t, got[i], len(rule.steps), rule.name)
		for j, step := range rule.steps {
			assert.Equal(t, step.then, got[i][j].String(), "%s: %s", rule.name, step.do)
		}
	}
	assert.Empty(t, s.sessions(t), "sessions that a refused operation has left")
}

// followSteps has pypsrp take the steps of rules.
func (c client) followSteps(t *testing.T, parameters args) [][]seedOutcome {
	t.Helper()
	return run[struct{ Rules [][]seedOutcome }](t, c, "seed_rules.py", parameters).Rules
}

// seedOutcome is what came of a step.
type seedOutcome struct {
	IdleTimeOut, BufferMode, State string
	Code                           uint32
	Text                           string
}

// milliseconds is a number of them in a fault's text.
var milliseconds = regexp.MustCompile(`An idle timeout of (\d+) ms was asked for; it must be from (\d+) to (\d+) ms\.`)

// String is the outcome as a seedStep has it.
func (o seedOutcome) String() string {
	switch found := milliseconds.FindStringSubmatch(o.Text); {
	case o.Code == unexpectedSelectors:
		return "gone"
	case o.Code == idleTimeoutOutOfBounds && found != nil:
		return "refused " + strings.Join(found[1:], " ")
	case o.Code != 0:
		return o.Text
	}
	idle := strings.TrimSuffix(strings.TrimPrefix(o.IdleTimeOut, "PT"), "S")
	return strings.Join([]string{strings.TrimSuffix(idle, ".000"), o.BufferMode, o.State}, " ")
}

// TestSeedDropByConfiguration: "In a disconnected session, the output buffering
// mode effectively determines whether the command continues to run while the
// session is disconnected." With the mode of the configuration it does, without
// a word of its client. (about_Remote_Disconnected_Sessions)
func TestSeedDropByConfiguration(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: smallBuffer, configurations: map[string]string{"Test": seedConfiguration}})
	counter := newLoop(t)
	left := s.client().leave(t, args{
		"scripts":      []string{counter.script()},
		"open_options": args{"configuration_name": "Test"},
	})
	counter.waitDone(t)
	row := s.sessions(t)[left.ids()[0]]
	assert.Equal(t, "Drop", row.BufferMode)
	assert.Positive(t, row.DroppedMessages)
}

// TestSeedDropAtConnect: "To change the output buffering mode of a PSSession when
// reconnecting, use the OutputBufferingMode parameter of the New-PSSessionOption
// cmdlet. Then, use the session option in the value of the SessionOption
// parameter of Connect-PSSession or Receive-PSSession." A command that Block has
// suspended goes on to its end by that. (about_Remote_Disconnected_Sessions)
func TestSeedDropAtConnect(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: smallBuffer})
	counter := newLoop(t)
	left := s.client().leave(t, args{"scripts": []string{counter.script()}})
	id := left.ids()[0]
	s.waitSession(t, id, patience, func(row sessionRow, exists bool) bool {
		return exists && row.BufferedBytes > bufferSize/2
	})
	got := s.client().followSteps(t, args{
		"rules": [][]string{{"get", "connect BufferMode=Drop", "disconnect"}}, "shell_id": id,
	})
	require.Len(t, got, 1)
	require.Len(t, got[0], 3)
	assert.Equal(t, "7200 Block Disconnected", got[0][0].String())
	assert.Equal(t, "7200 Drop Connected", got[0][1].String())
	assert.Equal(t, "7200 Drop Disconnected", got[0][2].String())
	counter.waitDone(t)
	assert.Positive(t, s.sessions(t)[id].DroppedMessages)
}

// waitDone waits until the loop has come to its end.
func (l loop) waitDone(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return l.count() == loopCount }, 2*patience, 50*time.Millisecond, "the loop does not come to its end")
}
