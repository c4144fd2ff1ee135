package shellhost

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPipes: a host is told, and heard, on every system.
func TestPipes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ says, because string }{
		"ready": {readyWord, ""}, "something else": {"ready?", "something else"}, "nothing": {"", "EOF"}, "half": {"rea", "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := newPipes()
			require.NoError(t, err)
			defer p.close()
			heard := make(chan string, 1)
			go func() {
				input, _ := io.ReadAll(p.stdin)
				_, _ = io.WriteString(p.stdout, test.says)
				p.stdout.Close()
				heard <- string(input)
			}()
			err = p.tell(t.Context(), []byte("input"), time.Minute)
			assert.Equal(t, "input", <-heard)
			if test.because == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, test.because)
			}
		})
	}
}

// TestPipesEnd: a host that does not answer is not waited for.
func TestPipesEnd(t *testing.T) {
	t.Parallel()
	p, err := newPipes()
	require.NoError(t, err)
	require.ErrorIs(t, p.tell(t.Context(), nil, time.Millisecond), context.DeadlineExceeded)
	p.close()

	p, err = newPipes()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.tell(ctx, nil, time.Minute), context.Canceled)
	p.close()
}
