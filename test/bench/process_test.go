package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGCTrace(t *testing.T) {
	t.Parallel()
	var g gcTrace
	for _, part := range []string{
		"time=2026 level=INFO msg=\"gc of nothing\"\ngc 1 @0.009s 2%: 0.01+0.5+0.02 ms clock, 0.02+0.1/0.4/0+0.04 ms cpu, 3->4->",
		"1 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\ngc 2 @1s 0%: 1+1+1 ms clock, 1+1/1/1+1 ms cpu, 8->9->5 MB, 10 MB goal, 2 P\n",
		"gc 3 cut off",
	} {
		n, err := g.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	assert.Equal(t, 2, g.count())
	assert.Equal(t, 5, g.live())
}
