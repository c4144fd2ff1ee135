//go:build linux

package upgrade

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBrokenProgram: what cannot take over changes nothing, and the next that
// can takes over.
func TestBrokenProgram(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script, logged string
		limit          time.Duration
	}{
		"exits":            {"#!/bin/sh\nexit 1\n", "exit status 1", 10 * time.Second},
		"hangs":            {"#!/bin/sh\nsleep 1000\n", "not ready after 30s", 45 * time.Second},
		"is no program":    {"hello\n", "exec format error", 10 * time.Second},
		"another language": {"#!/bin/sh\nexec \"$0.missing\" \"$@\"\n", "exit status 127", 10 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, oldProgram(t))
			ctx := within(t, sessionTime)
			pool, err := s.client(t).Open(ctx)
			require.NoError(t, err)
			stop := ask(t, s)
			defer stop()
			pid := s.daemon(t)
			s.replaceProgram(t, func(path string) error { return os.WriteFile(path, []byte(test.script), 0o700) })
			require.NoError(t, sigusr2(pid))
			require.Eventually(t, func() bool { return s.logs("this winrmd serves on") }, test.limit, 50*time.Millisecond)
			assert.True(t, s.logs(test.logged), "the log says why")
			assert.Len(t, withoutStarter(marked(mark+s.state)), 3, "the daemon, a host and an engine, and nothing of the program")
			n, err := run(ctx, pool, "1..3")
			require.NoError(t, err)
			assert.Equal(t, 3, n)

			s.replaceProgram(t, func(path string) error { return os.Link(newProgram(t), path) })
			s.upgrade(t, pid)
			assert.NotEqual(t, pid, s.waitOnly(t, time.Minute))
			_, err = run(ctx, pool, "1..3")
			require.NoError(t, err)
		})
	}
}
