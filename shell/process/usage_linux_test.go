package process

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	memory, before, ok := Usage(os.Getpid())
	require.True(t, ok)
	assert.Greater(t, memory, int64(1<<20), "a Go program takes more than a megabyte")

	child := exec.Command("sleep", "60")
	group, err := Start(child)
	require.NoError(t, err)
	defer group.Release()
	_, during, ok := Usage(os.Getpid())
	require.True(t, ok)
	assert.Equal(t, before+1, during)

	require.True(t, group.Alive())
	require.NoError(t, group.Kill())
	assert.Error(t, child.Wait(), "it was killed")
	_, after, _ := Usage(os.Getpid())
	assert.Equal(t, before, after)
	assert.False(t, group.Alive())
}

func TestUsageOfNobody(t *testing.T) {
	_, _, ok := Usage(-1)
	assert.False(t, ok)
}
