package interop

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPywinrm is what pywinrm does. The command lines are those of a Unix
// shell.
func TestPywinrm(t *testing.T) {
	runScenarios(t, "pywinrm", []scenario{
		{name: "run_cmd", check: pywinrmRun},
		{name: "exit code and stderr", check: pywinrmExitCode},
		{name: "run_ps", check: pywinrmPowerShell},
		{name: "stdin", check: pywinrmInput},
		{name: "long output", check: pywinrmLongOutput},
		{name: "operation timeout", check: pywinrmOperationTimeout},
		{name: "shell options", httpOnly: true, check: pywinrmShellOptions},
		{name: "unknown ids", httpOnly: true, check: pywinrmUnknownIDs},
	})
}

// commandResult is what a command gave.
type commandResult struct {
	Stdout, Stderr string
	ExitCode       int
	Length         int
	SHA256         string `json:"sha256"`
}

func pywinrmRun(t *testing.T, c client) {
	got := run[commandResult](t, c, "winrs_run.py", args{
		"command": "printf '%s|'", "arguments": []string{"a", "'b c'", `"$((6 * 7))"`, "ü"},
	})
	assert.Equal(t, "a|b c|42|ü|", got.Stdout)
	assert.Empty(t, got.Stderr)
	assert.Zero(t, got.ExitCode)
}

func pywinrmExitCode(t *testing.T, c client) {
	got := run[commandResult](t, c, "winrs_run.py", args{"command": "echo out; echo err >&2; exit 7"})
	assert.Equal(t, "out\n", got.Stdout)
	assert.Equal(t, "err\n", got.Stderr)
	assert.Equal(t, 7, got.ExitCode)
}

func pywinrmPowerShell(t *testing.T, c client) {
	got := run[commandResult](t, c, "winrs_powershell.py", args{"script": "'{0} {1}' -f 'the answer is', (6 * 7)\nexit 3"})
	assert.Equal(t, "the answer is 42", strings.TrimSpace(got.Stdout))
	assert.Equal(t, 3, got.ExitCode)
}

func pywinrmInput(t *testing.T, c client) {
	got := run[commandResult](t, c, "winrs_input.py", args{
		"command": "cat; echo end", "pieces": []string{"first\n", "second\n", strings.Repeat("x", 100_000)},
	})
	assert.Equal(t, "first\nsecond\n"+strings.Repeat("x", 100_000)+"end\n", got.Stdout)
	assert.Zero(t, got.ExitCode)
}

func pywinrmLongOutput(t *testing.T, c client) {
	const length = 1 << 20
	got := run[commandResult](t, c, "winrs_run.py", args{"command": "head -c 1048576 /dev/zero | tr '\\0' x"})
	sum := sha256.Sum256([]byte(strings.Repeat("x", length)))
	assert.Equal(t, length, got.Length)
	assert.Equal(t, hex.EncodeToString(sum[:]), got.SHA256)
	assert.Zero(t, got.ExitCode)
}

func pywinrmOperationTimeout(t *testing.T, c client) {
	type result struct {
		commandResult
		Timeouts int
	}
	got := run[result](t, c, "winrs_timeout.py", args{"command": "sleep 5; echo done; exit 2", "operation_timeout": 2})
	assert.Equal(t, "done\n", got.Stdout)
	assert.Equal(t, 2, got.ExitCode)
	assert.Positive(t, got.Timeouts)
}

func pywinrmShellOptions(t *testing.T, c client) {
	type result struct{ Results []commandResult }
	directory, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	got := run[result](t, c, "winrs_shell.py", args{
		"commands":          []string{`printf %s "$WINRMD_ONE/$WINRMD_TWO"`, "pwd", "cd /; pwd", "pwd"},
		"env_vars":          args{"WINRMD_ONE": "a value", "WINRMD_TWO": "ü"},
		"working_directory": directory,
		"codepage":          65001,
	})
	var outputs []string
	for _, one := range got.Results {
		outputs = append(outputs, strings.TrimSpace(one.Stdout))
		assert.Zero(t, one.ExitCode, one.Stderr)
	}
	assert.Equal(t, []string{"a value/ü", directory, "/", directory}, outputs)
}

func pywinrmUnknownIDs(t *testing.T, c client) {
	type result struct{ Codes map[string]uint32 }
	got := run[result](t, c, "winrs_unknown_command.py", nil)
	const unknown = unexpectedSelectors
	assert.Equal(t, map[string]uint32{
		"Receive": unknown, "Send": unknown, "Signal": unknown, "Command": unknown, "Delete": unknown,
	}, got.Codes)
}
