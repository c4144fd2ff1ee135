//go:build unix

package powershell

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// TestInputInTurn checks that what an engine has not acknowledged holds back
// what comes later, that this is given in order, and that a Send that waits in
// vain ends with its context and leaves no trace.
func TestInputInTurn(t *testing.T) {
	w, c := open(t)
	r := c.start(t, "$input", withInput...)
	require.NoError(t, w.session.engine.settle(t.Context()))
	require.NoError(t, syscall.Kill(w.process(), syscall.SIGSTOP))
	soon(t, "the first", func() error { return r.send(t.Context(), r.command, "stdin", r.input("one")) })

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, r.send(ctx, r.command, "stdin", r.input("in vain")), shell.ErrTimedOut)

	const others = 5
	done := make(chan error, others)
	for i := range others {
		object := r.input("two to six"[:i+3])
		go func() { done <- r.send(t.Context(), r.command, "stdin", object) }()
		time.Sleep(50 * time.Millisecond) // the order in which they come
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, r.send(ctx, r.command, "stdin", r.input("in vain")), shell.ErrTimedOut)
	assert.Empty(t, done)

	require.NoError(t, syscall.Kill(w.process(), syscall.SIGCONT))
	for range others {
		require.NoError(t, <-done)
	}
	r.give(t, r.endOfInput())
	r.completes(t, "one", "two", "two ", "two t", "two to", "two to ")
}
