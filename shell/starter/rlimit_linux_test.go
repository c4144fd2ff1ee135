package starter

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseLimit(t *testing.T) {
	t.Parallel()
	resource, limit, err := parseLimit("7=1024:4096")
	require.NoError(t, err)
	assert.Equal(t, 7, resource)
	assert.Equal(t, &syscall.Rlimit{Cur: 1024, Max: 4096}, limit)
	_, limit, err = parseLimit("1=18446744073709551615:18446744073709551615")
	require.NoError(t, err)
	assert.Equal(t, ^uint64(0), limit.Cur)
	for _, field := range []string{"", "7", "7=", "7=1", "7=1:", "=1:1", "x=1:1", "7=-1:1", "7=1:2:3"} {
		_, _, err := parseLimit(field)
		assert.Error(t, err, field)
	}
}

// TestLimitOfFiles: a host has no more open files than it may, also where PAM says
// nothing.
func TestLimitOfFiles(t *testing.T) {
	t.Parallel()
	none := &session{}
	text, err := none.rlimits(0)
	require.NoError(t, err)
	assert.Empty(t, text)
	text, err = none.rlimits(64)
	require.NoError(t, err)
	assert.Equal(t, "7=64:64", text)
}
