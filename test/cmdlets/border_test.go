//go:build linux

package cmdlets

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// TestBorder uses the library from C, where nothing frees what is forgotten: the
// leak checker sees what the library has allocated for its callers, the
// library's own count their handles.
func TestBorder(t *testing.T) {
	t.Parallel()
	client, err := library()
	daemon.Need(t, err)
	program := filepath.Join(t.TempDir(), "border")
	output, err := exec.Command("cc", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address", "-o", program,
		"testdata/border.c", "-lpthread", "-ldl").CombinedOutput()
	require.NoError(t, err, "%s", output)
	d := server(t, "")
	run := exec.Command(program, client, d.HTTP, daemon.User, daemon.Password, "6")
	run.Env = append(run.Environ(), "ASAN_OPTIONS=detect_leaks=1")
	output, err = run.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Equal(t, "nothing is left\n", string(output))
}
