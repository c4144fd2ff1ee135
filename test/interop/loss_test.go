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
		"slow": {"1..200 | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }", 30, 200},
		"fast": {"1..20000", 1000, 20000},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, setup{settings: shortRobust})
			victim := s.client().begin(t, "psrp_stream.py", args{"script": test.script})
			shellID, seen := streamed(t, victim, test.seen)
			for _, raw := range victim.kill(t) { // printed before it died
				seen = append(seen, decode[struct{ Output []any }](t, victim, raw).Output...)
			}
			got := run[arrival](t, s.client(), "psrp_return.py", args{"shells": []string{shellID}, "busy_seconds": 20})
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
	s.waitSession(t, shellID, 15*time.Second, func(row sessionRow, _ bool) bool { return row.State == "Disconnected" })
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
	assert.Less(t, time.Since(killed), 10*time.Second)
	s.waitSession(t, shellID, 10*time.Second, func(row sessionRow, exists bool) bool {
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

// TestServerKilled: an engine ends with its server, whatever ends that.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	s.client().leave(t, args{"scripts": []string{"Start-Sleep 300"}})
	engines := descendants(s.process.Process.Pid)
	s.kill(t)
	assert.Empty(t, waitGone(engines, s.state, leakTimeout), "processes that outlived a killed server")
}
