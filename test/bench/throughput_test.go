package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	w := workload{objects: 2, floor: 4}
	collect := func(objects ...string) (c content) {
		for _, o := range objects {
			require.NoError(t, c.add([]byte(o)))
		}
		return c
	}
	want := collect("ab", "cd")
	assert.NoError(t, check(w, want, collect("ab", "cd")))
	assert.ErrorIs(t, check(w, want, collect("ab", "ce")), errChecksum, "another content")
	assert.ErrorIs(t, check(w, want, collect("cd", "ab")), errChecksum, "another order")
	assert.ErrorIs(t, check(w, want, collect("ab")), errChecksum, "something missing")
	assert.ErrorIs(t, check(w, collect("ab"), collect("ab")), errChecksum, "missing on both sides")
	assert.ErrorIs(t, check(w, collect("a", "b"), collect("a", "b")), errChecksum, "too short on both sides")
}
