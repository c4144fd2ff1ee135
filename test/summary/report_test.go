package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func output(test, line string) event {
	return event{Action: "output", Package: "p", Test: test, Output: line}
}

func end(action, test string) event { return event{Action: action, Package: "p", Test: test} }

func TestReport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events []event
		want   string
	}{
		{
			name: "a passed test shows its result only",
			events: []event{
				output("TestA", "=== RUN   TestA\n"), output("TestA", "    a_test.go:1: a log line\n"),
				output("TestA/sub", "    --- PASS: TestA/sub (0.00s)\n"), end("pass", "TestA/sub"),
				output("TestA", "--- PASS: TestA (0.00s)\n"), end("pass", "TestA"),
				output("", "ok  \tp\t0.1s\n"), end("pass", ""),
			},
			want: "--- PASS: TestA (0.00s)\nok  \tp\t0.1s\n2 passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a failed test shows its output",
			events: []event{
				output("TestA", "=== RUN   TestA\n"), output("TestA", "    a_test.go:1: what is wrong\n"),
				output("TestA", "--- FAIL: TestA (0.00s)\n"), end("fail", "TestA"),
				output("", "FAIL\tp\t0.1s\n"), end("fail", ""),
			},
			want: "    a_test.go:1: what is wrong\n--- FAIL: TestA (0.00s)\nFAIL\tp\t0.1s\n0 passed, 1 failed, 0 skipped\n",
		},
		{
			name: "a skipped test says why",
			events: []event{
				output("TestA", "    a_test.go:1: no engine\n"), output("TestA", "--- SKIP: TestA (0.00s)\n"), end("skip", "TestA"),
				end("skip", ""), // a package without tests
			},
			want: "    a_test.go:1: no engine\n--- SKIP: TestA (0.00s)\n0 passed, 0 failed, 1 skipped\n",
		},
		{
			name: "a package that does not compile counts as one failure",
			events: []event{
				{Action: "build-output", Output: "./a.go:1:1: syntax error\n"}, {Action: "build-fail"},
				output("", "FAIL\tp [build failed]\n"), end("fail", ""),
			},
			want: "./a.go:1:1: syntax error\nFAIL\tp [build failed]\n0 passed, 1 failed, 0 skipped\n",
		},
		{
			name: "a process that ended early shows what its test had printed",
			events: []event{
				output("TestA", "=== RUN   TestA\n"), output("TestA", "panic: of another goroutine\n"),
				output("", "FAIL\tp\t0.1s\n"), end("fail", ""),
			},
			want: "FAIL\tp\t0.1s\npanic: of another goroutine\n0 passed, 1 failed, 0 skipped\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var lines, got strings.Builder
			for _, e := range test.events {
				require.NoError(t, json.NewEncoder(&lines).Encode(e))
			}
			r := newReport(&got)
			require.NoError(t, r.read(strings.NewReader(lines.String())))
			assert.Equal(t, 0, r.close(0, false))
			assert.Equal(t, test.want, got.String())
		})
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		skipped int
		status  int
		ci      bool
		want    int
	}{
		{"all well", 0, 0, true, 0},
		{"skipped at home", 1, 0, false, 0},
		{"skipped in CI", 1, 0, true, 1},
		{"failed", 0, 1, false, 1},
		{"failed and skipped in CI", 1, 2, true, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newReport(&strings.Builder{})
			r.skipped = test.skipped
			assert.Equal(t, test.want, r.close(test.status, test.ci))
		})
	}
}

func TestReportRefusesOtherText(t *testing.T) {
	t.Parallel()
	assert.Error(t, newReport(&strings.Builder{}).read(strings.NewReader("no JSON\n")))
}

// TestRun runs go test itself: on the test above, and with an argument that it
// does not know.
func TestRun(t *testing.T) {
	t.Parallel()
	var good strings.Builder
	status, err := runAll([]string{"-count=1", "-run", "TestReportRefusesOtherText", "."}, &good, true)
	require.NoError(t, err)
	assert.Zero(t, status, good.String())
	assert.True(t, strings.HasSuffix(good.String(), "\n1 passed, 0 failed, 0 skipped\n"), good.String())

	var bad strings.Builder
	status, err = runAll([]string{"-no-such-flag"}, &bad, false)
	require.NoError(t, err)
	assert.NotZero(t, status)
}
