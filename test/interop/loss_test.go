package interop

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shortRobust makes a session count as disconnected soon after its client is
// gone.
const shortRobust = "[Shell]\nRobustConnectionTimeoutMs = 2000\n"

// streamed collects what psrp_stream.py prints until it has that many outputs.
func streamed(t *testing.T, p *process, atLeast int) (shellID string, outputs []any) {
	t.Helper()
	opened := next[struct {
		ShellID string `json:"shellId"`
	}](t, p)
	for len(outputs) < atLeast {
		outputs = append(outputs, next[struct{ Output []any }](t, p).Output...)
	}
	return opened.ShellID, outputs
}

// TestClientKilled kills a client in the middle of its output. Its session
// waits for somebody to connect, and has all that the client did not confirm.
func TestClientKilled(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script      string
		seen, count int
	}{
		"slow": {"1..100 | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }; %s; 101..200", 30, 200},
		"fast": {"1..10000; %s; 10001..20000", 1000, 20000},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, setup{settings: shortRobust})
			goOn := newGate(t)
			victim := s.client().begin(t, "psrp_stream.py", args{"script": fmt.Sprintf(test.script, goOn.script())})
			shellID, seen := streamed(t, victim, test.seen)
			for _, raw := range victim.kill(t) { // printed before it died
				seen = append(seen, decode[struct{ Output []any }](t, victim, raw).Output...)
			}
			goOn.open(t)
			got := run[arrival](t, s.client(), "psrp_return.py", args{"shells": []string{shellID}, "busy_seconds": 60})
			pipeline := got.onlyPipeline(t)
			pipeline.completed(t)
			requireUnion(t, seen, pipeline.Output, test.count)
		})
	}
}

// TestSilentClientIsAttachedAgain: pypsrp does not poll while it is idle. What
// counts as disconnected by then is attached again by the client's next
// operation.
func TestSilentClientIsAttachedAgain(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: shortRobust})
	holder, shellID := attached(t, s.client())
	s.waitSession(t, shellID, patience, func(row sessionRow, _ bool) bool { return row.State == "Disconnected" })
	holder.say(t)
	got := finish[struct{ After []any }](t, holder)
	assert.Equal(t, []any{"still attached"}, got.After)
}

// TestEngineKilled: a client hears at once that its session's engine is gone.
func TestEngineKilled(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	victim := s.client().begin(t, "psrp_stream.py", args{
		"script": "$PID; 1..2000 | ForEach-Object { $_; Start-Sleep -Milliseconds 50 }",
	})
	shellID, outputs := streamed(t, victim, 5)
	pid, isNumber := outputs[0].(float64)
	require.True(t, isNumber, "%v", outputs[0])
	killed := time.Now()
	process, err := os.FindProcess(int(pid))
	require.NoError(t, err)
	require.NoError(t, process.Kill())

	got := victim.fails(t)
	assert.Contains(t, []string{pypsrpFault, pypsrpBroken}, got.Type, got.Text)
	assert.NotEqual(t, uint32(operationTimedOut), got.Code)
	assert.Less(t, time.Since(killed), patience)
	s.waitSession(t, shellID, patience, func(row sessionRow, exists bool) bool {
		return !exists || (row.State != "Connected" && row.State != "Disconnected")
	})
}

// TestEngineMissing: the fault says which program could not be started.
func TestEngineMissing(t *testing.T) {
	t.Parallel()
	s := start(t, setup{configurations: map[string]string{
		"missing": fmt.Sprintf("EnginePath = %q\n", "%STATE%/no-such-engine"),
	}})
	got := s.client().fails(t, "psrp_invoke.py", args{"script": "1", "configuration": "missing"})
	assert.Equal(t, pypsrpFault, got.Type)
	assert.Contains(t, got.Text, "no-such-engine")
	assert.Empty(t, s.sessions(t))
}

// TestServerKilled: a session goes on without its server. The next server on
// the same state directory finds it, and has all that it put out meanwhile.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{"scripts": []string{counting(20, 100, "end")}})
	s.kill(t)
	s.restart(t)
	got := s.client().comeBack(t, left, args{"after": "'after'"})
	pipeline := got.onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, append(numbers(1, 20), "end"), pipeline.Output)
	assert.Equal(t, []any{"after"}, got.Pools[0].After)
}

// TestServerKilledOften: twenty sessions that were left with numbered output
// under way are there with all of it after their server was killed again and
// again: a hundred times in all.
func TestServerKilledOften(t *testing.T) {
	t.Parallel()
	// Each client has a few of the sessions: on a busy machine each takes a while.
	const rounds, clients, each, count = 5, 5, 4, 200
	kills := 4
	if os.Getenv("CI") == "true" {
		kills = 20
	}
	s := start(t, setup{})
	var scripts []string
	for range each {
		scripts = append(scripts, counting(count, 50, "end"))
	}
	for round := range rounds {
		var left []departure
		for range clients {
			left = append(left, s.client().leave(t, args{"scripts": scripts}))
		}
		for range kills {
			s.kill(t)
			s.restart(t)
		}
		for _, one := range left {
			got := s.client().comeBack(t, one, nil)
			require.Len(t, got.Pools, each)
			for _, pool := range got.Pools {
				require.Len(t, pool.Pipelines, 1)
				pool.Pipelines[0].completed(t)
				assert.Equal(t, append(numbers(1, count), "end"), pool.Pipelines[0].Output, "round %d", round)
			}
		}
		assert.Empty(t, s.sessions(t))
	}
}
