//go:build linux

package upgrade

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sigusr2 asks a daemon to hand over.
func sigusr2(pid int) error { return syscall.Kill(pid, syscall.SIGUSR2) }

// TestTerminateWhileReceiving: a client that waits is answered that nothing has
// come, as if its own time were over, and finds its session with the next
// daemon.
func TestTerminateWhileReceiving(t *testing.T) {
	t.Parallel()
	s := start(t, oldProgram(t))
	ctx := within(t, sessionTime)
	all := make([]*user, 3)
	for i := range all {
		all[i] = waiting()
	}
	for _, u := range all {
		u.client = s.client(t)
		var err error
		u.pool, err = u.client.Open(ctx)
		require.NoError(t, err)
		u.pipeline, err = u.pool.Start(ctx, `$input | ForEach-Object { $_ }`, true)
		require.NoError(t, err)
		u.received = make(chan error, 1)
		go func() {
			// A broken connection is an error; the fault w:TimedOut is none.
			_, err := u.pipeline.Receive(ctx, u.numbers.add)
			u.received <- err
		}()
	}
	time.Sleep(500 * time.Millisecond) // until they wait; too short a time only tests less
	began := time.Now()
	s.terminate(t)
	assert.Less(t, time.Since(began), 5*time.Second)
	for _, u := range all {
		require.NoError(t, <-u.received)
	}
	<-s.exited
	require.NoError(t, s.exitError)

	s.run(t, s.command(s.http, s.https))
	s.waitReady(t)
	for _, u := range all {
		go func() { u.received <- u.numbers.receiveAll(ctx, u.pipeline, 3) }()
		require.NoError(t, u.after(ctx, u))
	}
}
