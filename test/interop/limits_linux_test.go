package interop

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limitServer has a session configuration, and a command shell, for each limit.
func limitServer(t *testing.T) *server {
	return start(t, setup{
		withoutSlot: true, arguments: []string{"--service-account", "root"},
		configurations: map[string]string{
			"Memory":    "MaxMemoryPerShellMB = 300\n",
			"Processes": "MaxProcessesPerShell = 3\n",
			"Files":     "MaxOpenFilesPerShell = 400\n",
			"Weight":    "ProcessorWeight = 50\n",
			"ShellM":    "Plugin = \"winrs\"\nMaxMemoryPerShellMB = 64\n",
			"ShellP":    "Plugin = \"winrs\"\nMaxProcessesPerShell = 2\n",
			"ShellF":    "Plugin = \"winrs\"\nMaxOpenFilesPerShell = 100\n",
		},
	})
}

// said requires that one of the errors names a limit, its value and the use.
func said(t *testing.T, errors []string, setting string, limit int, unit string) {
	t.Helper()
	all := strings.Join(errors, "\n")
	assert.Contains(t, all, fmt.Sprintf("has reached %s: its limit is %d %s and its use was ", setting, limit, unit))
}

// weightScript tells the weight of the control group that it runs in.
const weightScript = `foreach ($line in [IO.File]::ReadAllLines('/proc/self/cgroup')) {
	$fields = $line.Split(':')
	if ($fields[1].Split(',') -contains 'cpu') { [IO.File]::ReadAllText('/sys/fs/cgroup/cpu' + $fields[2] + '/cpu.shares').Trim() }
	elseif ($fields[0] -eq '0') {
		$file = '/sys/fs/cgroup' + $fields[2] + '/../cpu.weight'
		if ([IO.File]::Exists($file)) { [IO.File]::ReadAllText($file).Trim() }
	}
}`

// TestLimits: every limit is hit by a real client, which reads which it was.
func TestLimits(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		need(t, fmt.Errorf("root, who may make control groups: %w", errMissing))
	}
	takeSlot(t)
	s := limitServer(t)
	invoke := func(t *testing.T, configuration, script string) outcome {
		t.Helper()
		return run[outcome](t, s.client(), "psrp_invoke.py", args{"script": script, "configuration": configuration})
	}
	t.Run("memory of a program", func(t *testing.T) {
		got := invoke(t, "Memory", "sh -c 'head -c 900m /dev/zero | tail | wc -c'; Start-Sleep -Milliseconds 500; 'after'")
		said(t, got.Errors, "MaxMemoryPerShellMB", 300, "MiB")
		assert.Contains(t, got.Output, "after", "the session goes on")
		assert.Contains(t, got.ErrorIDs, "SessionLimitReached")
	})
	t.Run("memory of the engine", func(t *testing.T) {
		got := run[limited](t, s.client(), "psrp_limit.py", args{
			"configuration": "Memory",
			"script":        "$all = [System.Collections.Generic.List[object]]::new(); while ($true) { $all.Add([byte[]]::new(8mb)); [Array]::Fill($all[-1], [byte]1) }",
		})
		said(t, append(got.Errors, got.Pool), "MaxMemoryPerShellMB", 300, "MiB")
	})
	t.Run("processes", func(t *testing.T) {
		got := invoke(t, "Processes", "sh -c 'for i in 1 2 3 4 5; do sleep 1000 >/dev/null 2>&1 & done; sleep 3'; 'after'")
		said(t, got.Errors, "MaxProcessesPerShell", 3, "processes")
		assert.Contains(t, got.Output, "after")
	})
	t.Run("open files", func(t *testing.T) {
		got := invoke(t, "Files", "$all = 1..500 | ForEach-Object { [IO.File]::OpenRead('/dev/null') }")
		said(t, got.Errors, "MaxOpenFilesPerShell", 400, "files")
	})
	t.Run("processor weight", func(t *testing.T) {
		got := invoke(t, "Weight", weightScript)
		got.completed(t)
		require.NotEmpty(t, got.Output)
		assert.Contains(t, []any{"512", "50"}, got.Output[0])
	})
	t.Run("a command shell's memory", func(t *testing.T) {
		got := s.commandShell(t, "ShellM", "head -c 400m /dev/zero | tail | wc -c; exit 3")
		said(t, []string{got.Stderr}, "MaxMemoryPerShellMB", 64, "MiB")
		assert.Equal(t, 3, got.ExitCode)
	})
	t.Run("a command shell's processes", func(t *testing.T) {
		got := s.commandShell(t, "ShellP", "for i in 1 2 3; do sleep 1000 >/dev/null 2>&1 & done; sleep 2; exit 3")
		said(t, []string{got.Stderr}, "MaxProcessesPerShell", 2, "processes")
	})
	t.Run("a command shell's files", func(t *testing.T) {
		got := s.commandShell(t, "ShellF", "ulimit -n; ulimit -Hn")
		assert.Equal(t, "100\n100\n", got.Stdout)
	})
	// Each limit is in the log of the one who runs the server, too.
	assert.Contains(t, s.log.String(), "limit reached")
}

// limited is what psrp_limit.py prints: what a client reads of a pipeline and of a
// pool that may have broken meanwhile.
type limited struct {
	outcome
	Pool string
}

// shellOutcome is what winrs_limit.py prints.
type shellOutcome struct {
	Stdout, Stderr string
	ExitCode       int
}

func (s *server) commandShell(t *testing.T, configuration, line string) shellOutcome {
	t.Helper()
	return run[shellOutcome](t, s.client(), "winrs_limit.py", args{"configuration": configuration, "line": line})
}
