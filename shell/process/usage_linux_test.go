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
	Prepare(child)
	require.NoError(t, child.Start())
	_, during, ok := Usage(os.Getpid())
	require.True(t, ok)
	assert.Equal(t, before+1, during)

	require.NoError(t, Kill(child))
	assert.Error(t, child.Wait(), "it was killed")
	_, after, _ := Usage(os.Getpid())
	assert.Equal(t, before, after)
	assert.NoError(t, Kill(child), "what is gone is no error")
}

func TestUsageOfNobody(t *testing.T) {
	_, _, ok := Usage(-1)
	assert.False(t, ok)
}

func TestKillNotStarted(t *testing.T) {
	assert.ErrorIs(t, Kill(exec.Command("sleep")), os.ErrProcessDone)
}
