package process

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const readVariable = "WINRMD_TEST_READ"

// TestRead is the process that TestWatchEverySystem watches: it ends with its
// input.
func TestRead(*testing.T) {
	if os.Getenv(readVariable) != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
}

func TestWatchEverySystem(t *testing.T) {
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRead$")
	c.Env = append(os.Environ(), readVariable+"=1")
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	group, err := Start(c)
	require.NoError(t, err)
	defer group.Release()
	identity, err := Identity(c.Process.Pid)
	require.NoError(t, err)
	w, err := NewWatch(c.Process.Pid, identity)
	require.NoError(t, err)
	defer w.Close()
	select {
	case <-w.Done():
		assert.Fail(t, "it has not ended yet")
	default:
	}
	require.NoError(t, stdin.Close())
	require.NoError(t, c.Wait())
	select {
	case <-w.Done():
	case <-time.After(10 * time.Second):
		assert.Fail(t, "its end was not told")
	}
}
