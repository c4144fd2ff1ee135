package main

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
)

// noShell has no control group: what its processes use the tests say.
const noShell = "00000000-0000-0000-0000-000000000000"

// testBounds are bounds that nobody watches, and what they log.
func testBounds(limits shell.Limits) (*bounds, *logText) {
	log := &logText{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return newBounds(noShell, limits, logger), log
}

// TestBoundsReached: which counts of the system say that a limit was reached, and
// what is said of it.
func TestBoundsReached(t *testing.T) {
	t.Parallel()
	all := shell.Limits{MaxMemoryPerShellMB: 300, MaxProcessesPerShell: 5}
	for name, test := range map[string]struct {
		limits    shell.Limits
		last, now process.Use
		want      string // "" if nothing was reached
	}{
		"nothing": {limits: all, now: process.Use{MemoryPeak: 300 << 20, Processes: 6, Tasks: 40}},
		"a process was ended": {
			limits: all, last: process.Use{OOMKills: 2}, now: process.Use{OOMKills: 3, MemoryPeak: 299<<20 + 5},
			want: "MaxMemoryPerShellMB: its limit is 300 MiB and its use was 299 MiB; the system has ended the process that used most",
		},
		"it was ended before":       {limits: all, last: process.Use{OOMKills: 3}, now: process.Use{OOMKills: 3}},
		"ended, without a limit":    {limits: shell.Limits{MaxProcessesPerShell: 5}, now: process.Use{OOMKills: 1}},
		"refused, without a limit":  {limits: shell.Limits{MaxMemoryPerShellMB: 300}, now: process.Use{RefusedForks: 1}},
		"one was refused before":    {limits: all, last: process.Use{RefusedForks: 4}, now: process.Use{RefusedForks: 4}},
		"nobody in it but the host": {limits: all, now: process.Use{RefusedForks: 1, Processes: 1}, want: "its use was 0 processes"},
		"nobody in it":              {limits: all, now: process.Use{RefusedForks: 1}, want: "its use was 0 processes"},
		"a process was refused": {
			limits: all, last: process.Use{RefusedForks: 4}, now: process.Use{RefusedForks: 5, Processes: 6, Tasks: 288},
			want: "MaxProcessesPerShell: its limit is 5 processes and its use was 5 processes; the system has refused to start more, or more threads than the 288",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bounds{shellID: noShell, limits: test.limits, last: test.last, log: slog.New(slog.DiscardHandler), told: map[string]time.Time{}}
			b.lookAtMemory(test.now)
			b.lookAtProcesses(test.now)
			if test.want == "" {
				assert.Nil(t, b.Look(true), "an engine that found no memory has not come to a limit that is not there")
				return
			}
			assert.ErrorContains(t, b.Look(false), test.want)
		})
	}
}

// TestBoundsTell: listeners hear of each limit once in a while, a limit is a reason
// only for a moment, and who has stopped hears nothing.
func TestBoundsTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, log := testBounds(shell.Limits{})
		defer b.close()
		var heard, others []string
		stop := b.Tell(func(e *shell.LimitError) { heard = append(heard, e.Setting) })
		defer b.Tell(func(e *shell.LimitError) { others = append(others, e.Setting) })()
		assert.Nil(t, b.Look(false))
		memory, files := &shell.LimitError{Setting: "MaxMemoryPerShellMB"}, &shell.LimitError{Setting: "MaxOpenFilesPerShell"}
		b.reached(memory)
		b.reached(files)
		b.reached(memory)
		assert.Equal(t, []string{"MaxMemoryPerShellMB", "MaxOpenFilesPerShell"}, heard)
		assert.Same(t, memory, b.Look(false), "the last, told or not")
		time.Sleep(tellInterval)
		b.reached(memory)
		assert.Len(t, heard, 3)
		assert.Equal(t, 3, log.count("limit reached"))
		stop()
		time.Sleep(recently)
		assert.Same(t, memory, b.Look(false))
		time.Sleep(time.Nanosecond)
		assert.Nil(t, b.Look(false))
		b.reached(files)
		assert.Len(t, heard, 3)
		assert.Len(t, others, 4)
	})
}

// TestBoundsClose: who watches ends.
func TestBoundsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails where a goroutine is left
		b, log := testBounds(shell.Limits{MaxMemoryPerShellMB: 1, MaxProcessesPerShell: 1, MaxOpenFilesPerShell: 1})
		time.Sleep(10 * lookInterval)
		b.close()
		assert.Zero(t, log.count("level="), "nothing is reached where nothing is counted")
	})
}
