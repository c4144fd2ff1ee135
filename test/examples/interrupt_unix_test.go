//go:build unix

package examples

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRunAtOnce: an object is printed while the script goes on, and an interrupt
// has the server end it.
func TestRunAtOnce(t *testing.T) {
	s := start(t)
	marker := filepath.Join(t.TempDir(), "ended")
	command := example(t, "run", "-url", s.HTTP,
		"param($Marker) 'begun'; try { while ($true) { Start-Sleep -Milliseconds 50 } } finally { Set-Content $Marker 'yes' }", marker)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "\"begun\"\n", line)
	require.NoError(t, command.Process.Signal(os.Interrupt))
	require.Error(t, command.Wait())
	assert.Equal(t, 1, command.ProcessState.ExitCode())
	assert.FileExists(t, marker)
}
