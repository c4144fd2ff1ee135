//go:build linux

package fault

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/psrpclient"
)

// stop stops a process until the function that it returns is called.
func stop(t *testing.T, pid int) (resume func()) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	return func() { require.NoError(t, syscall.Kill(pid, syscall.SIGCONT)) }
}

// TestDaemonStopped: sessions go on while the daemon is stopped, and their
// clients get everything when it goes on.
func TestDaemonStopped(t *testing.T) {
	t.Parallel()
	length := 5 * time.Second
	if inCI() {
		length = time.Minute
	}
	s := start(t, "")
	receives, silent := s.tick(t), s.tick(t)
	resume := stop(t, s.PID())
	answer := make(chan error, 1)
	go func() {
		_, err := receives.pipeline.Receive(within(t, 2*length+time.Minute), receives.seen.add)
		answer <- err
	}()
	for end := time.Now().Add(length); time.Now().Before(end); {
		receives.runsOn(t)
		silent.runsOn(t)
	}
	select {
	case err := <-answer:
		t.Logf("an answer that was on its way before: %v", err)
		answer <- err
	default:
	}
	resume()
	require.NoError(t, <-answer)
	for _, y := range []*ticker{receives, silent} {
		y.goesOn(t)
		y.finish(t)
	}
}

// TestDaemonStoppedWithAnAnswer: an answer that came to the daemon while it was
// stopped goes to the client, though the time for it has passed.
func TestDaemonStoppedWithAnAnswer(t *testing.T) {
	t.Parallel()
	const timeout, grace = 8 * time.Second, 10 * time.Second // of the client, and of the daemon beyond
	s := start(t, "")
	pool := s.open(t, func(c *psrpclient.Config) { c.OperationTimeout = timeout })
	file := filepath.Join(t.TempDir(), "go")
	ctx := within(t, time.Minute)
	p, err := pool.Start(ctx, fmt.Sprintf("while (-not [IO.File]::Exists('%s')) { [Threading.Thread]::Sleep(10) }; for ($n = 1; $n -le 20; $n++) { '{0:d6}' -f $n + [string]::new([char](97 + $n %% 26), 100000) }; [IO.File]::Delete('%[1]s')", file), false)
	require.NoError(t, err)
	seen := tally{number: longNumber}
	answer := make(chan error, 1)
	go func() {
		_, err := p.Receive(ctx, seen.add)
		answer <- err
	}()
	pause := time.NewTimer(500 * time.Millisecond) // until it waits at the host
	<-pause.C
	resume := stop(t, s.PID())
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err != nil }, 10*time.Second, tickTime, "the script does not go on")
	pause.Reset(timeout + grace + time.Second)
	<-pause.C
	resume()
	require.NoError(t, <-answer)
	require.NoError(t, p.Wait(ctx, seen.add))
	assert.Equal(t, 1, seen.first)
	assert.Equal(t, 20, seen.last)
	require.NoError(t, pool.Close(ctx))
}

// TestHostStopped: a host that is stopped holds up nobody else, and answers when
// it goes on.
func TestHostStopped(t *testing.T) {
	t.Parallel()
	// It is stopped until the end: who waits for it waits for ever. An answer of
	// a busy machine may take some time.
	const limit = 20 * time.Second
	s := start(t, "")
	// A request that a host does not answer for too long is left without an
	// answer, and its client asks the same again.
	again := &holder{}
	stopped, other := s.tick(t, func(c *psrpclient.Config) { c.Again = again.again }), s.tick(t)
	require.True(t, s.listed(t, stopped.pool.ID()))
	resume := stop(t, s.host(t, stopped.pool.ID()))
	answer := make(chan error, 1)
	go func() {
		// The script blocks once the host's pipe is full. What there was of it
		// before was received.
		for {
			_, err := stopped.pipeline.Receive(within(t, time.Minute), stopped.seen.add)
			if err != nil || stopped.seen.last > 1 {
				answer <- err
				return
			}
		}
	}()
	for range 3 {
		promptly(t, limit, "the other session", func() { other.goesOn(t) })
		promptly(t, limit, "the list", func() { assert.True(t, s.listed(t, other.pool.ID()), "the other one") })
		promptly(t, limit, "the list", func() { assert.True(t, s.listed(t, stopped.pool.ID()), "the stopped one") })
		promptly(t, 2*limit, "a new session", func() { require.NoError(t, s.open(t).Close(within(t, time.Minute))) })
	}
	resume()
	promptly(t, limit, "the stopped one", func() { require.NoError(t, <-answer) })
	stopped.goesOn(t)
	stopped.finish(t)
	other.finish(t)
}

// TestHostStoppedIsFound: a daemon that is started while a host is stopped
// serves the others, and that one when it goes on.
func TestHostStoppedIsFound(t *testing.T) {
	t.Parallel()
	const limit = 20 * time.Second
	s := start(t, "")
	stopped, other := s.tick(t), s.tick(t)
	resume := stop(t, s.host(t, stopped.pool.ID()))
	require.NoError(t, s.Crash())
	require.NoError(t, s.Restart())
	promptly(t, limit, "the other session", func() { other.goesOn(t) })
	promptly(t, limit, "the list", func() { assert.True(t, s.listed(t, other.pool.ID())) })
	resume()
	promptly(t, limit, "the stopped one", func() { stopped.goesOn(t) })
	assert.True(t, s.listed(t, stopped.pool.ID()))
	stopped.finish(t)
	other.finish(t)
}

func promptly(t *testing.T, limit time.Duration, what string, f func()) {
	t.Helper()
	began := time.Now()
	f()
	took := time.Since(began)
	t.Logf("%s: %v", what, took.Round(time.Millisecond))
	assert.Less(t, took, limit, what)
}
