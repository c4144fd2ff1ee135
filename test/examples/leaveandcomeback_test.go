package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLeaveAndComeBack: one process starts the work, another sees a part of it
// and leaves, a third collects the rest. Between them nothing is lost, and
// nothing comes twice.
func TestLeaveAndComeBack(t *testing.T) {
	s := start(t)
	gate := filepath.Join(t.TempDir(), "gate")
	script := "'one'; 'two'; while (-not (Test-Path '" + gate + "')) { Start-Sleep -Milliseconds 50 }; 'three'; Write-Error 'a pity'; 'four'"
	do := func(arguments ...string) result {
		t.Helper()
		return end(t, example(t, "leaveandcomeback", append([]string{"-url", s.HTTP}, arguments...)...))
	}

	started := do("-idle", "10m", "start", "nightly", script)
	require.Zero(t, started.status, started.stderr)
	require.Regexp(t, regexp.MustCompile(`^[0-9A-F-]{36}\n$`), started.stdout)
	id := strings.TrimSpace(started.stdout)

	listed := do("list")
	require.Zero(t, listed.status, listed.stderr)
	before, when, found := strings.Cut(strings.TrimSpace(listed.stdout), " until ")
	require.True(t, found, listed.stdout)
	assert.Equal(t, id+` "nightly": to be collected`, before)
	until, err := time.ParseInLocation(time.DateTime, when, time.Local)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(10*time.Minute), until, patience)

	again := do("start", "nightly", "1")
	assert.Equal(t, 3, again.status)
	assert.Contains(t, again.stderr, `there is a session "nightly"`)

	// Each time some of it, until all that can be there was.
	part := ""
	for deadline := time.Now().Add(patience); part != "one\ntwo\n"; {
		require.True(t, time.Now().Before(deadline), "got %q", part)
		looked := do("-wait", "1s", "collect", "nightly")
		require.Equal(t, 4, looked.status, looked.stderr)
		assert.Equal(t, "leaveandcomeback: the work goes on; come back to it later\n", looked.stderr)
		part += looked.stdout
		require.True(t, strings.HasPrefix("one\ntwo\n", part), part)
	}

	require.NoError(t, os.WriteFile(gate, nil, 0o600))
	assert.Equal(t, result{"three\nfour\n", "Error: a pity\n", 0}, do("collect", "nightly"))
	assert.Equal(t, result{}, do("list"))
	gone := do("collect", "nightly")
	assert.Equal(t, result{"", "leaveandcomeback: there is no session \"nightly\"\n", 3}, gone)
}

// TestLeaveAndComeBackFailed: what has failed says so to who collects it.
func TestLeaveAndComeBackFailed(t *testing.T) {
	s := start(t)
	do := func(arguments ...string) result {
		t.Helper()
		return end(t, example(t, "leaveandcomeback", append([]string{"-url", s.HTTP}, arguments...)...))
	}
	require.Zero(t, do("start", "doomed", "'before'; throw 'no more'").status)
	assert.Equal(t, result{"before\n", "failed: the pipeline has failed: no more\n", 1}, do("collect", "doomed"))
	assert.Equal(t, result{}, do("list"))
	for _, wrong := range [][]string{{}, {"start", "name"}, {"collect"}, {"list", "all"}, {"remove", "x"}} {
		got := do(wrong...)
		assert.Equal(t, 2, got.status, wrong)
		assert.Contains(t, got.stderr, "usage: leaveandcomeback")
	}
}
