package process

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMarked(t *testing.T) {
	s := newSleepers(t)
	value := string(s)
	c := s.command("zzz & (setsid zzz &); wait")
	c.Env = []string{"A=B", "WINRMD_TEST_MARK=" + value, "C="}
	_, err := Start(c)
	require.NoError(t, err)
	asleep := s.wait(t, 2)

	found, err := Marked("WINRMD_TEST_MARK", value)
	require.NoError(t, err)
	assert.ElementsMatch(t, append(asleep, c.Process.Pid), found)
	for _, other := range []string{"", value + "0", value[:3]} {
		found, err := Marked("WINRMD_TEST_MARK", other)
		require.NoError(t, err)
		assert.Empty(t, found)
	}
	for _, name := range []string{"", "A=B", "A\x00"} {
		_, err := Marked(name, "x")
		assert.Error(t, err)
	}
	require.NoError(t, KillMarked(t.Context(), "WINRMD_TEST_MARK", value))
	assert.Empty(t, s.pids(t))
	assert.EqualError(t, c.Wait(), "signal: killed")
	require.NoError(t, KillMarked(t.Context(), "WINRMD_TEST_MARK", value), "nobody is left")
	assert.Error(t, KillMarked(t.Context(), "", value))
}

// TestKillMarkedWithDescendants: those who have thrown the mark away are found
// below those who have it, also while they become more.
func TestKillMarkedWithDescendants(t *testing.T) {
	for range 3 {
		s := newSleepers(t)
		c := s.command("i=0; while [ $i -lt 200 ]; do env -i setsid zzz & i=$((i+1)); done; wait")
		c.Env = []string{"PATH=" + os.Getenv("PATH"), "WINRMD_TEST_MARK=" + string(s)}
		_, err := Start(c)
		require.NoError(t, err)
		s.wait(t, 10)
		require.NoError(t, KillMarked(t.Context(), "WINRMD_TEST_MARK", string(s)))
		assert.Empty(t, s.pids(t))
		assert.EqualError(t, c.Wait(), "signal: killed")
	}
}

func TestMarkedNotThisOne(t *testing.T) {
	if !alone(t) {
		return
	}
	found, err := Marked(aloneVariable, t.Name())
	require.NoError(t, err)
	assert.Empty(t, found)
	require.NoError(t, KillMarked(t.Context(), aloneVariable, t.Name()))
}
