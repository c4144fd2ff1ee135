package process

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// sleepInKernel is a call that lasts until the test is over.
func sleepInKernel() error {
	return unix.Nanosleep(&unix.Timespec{Sec: 3600}, nil)
}

func TestInterruptible(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"before it is made": 0, "at its beginning": time.Microsecond, "in the middle": 50 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			require.ErrorIs(t, interruptible(ctx, sleepInKernel), context.DeadlineExceeded)
		})
	}
	want := errors.New("of the call")
	assert.Equal(t, want, interruptible(t.Context(), func() error { return want }))
	assert.NoError(t, interruptible(t.Context(), func() error { return nil }))
}
