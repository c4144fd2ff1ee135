//go:build unix

package winrs

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// fakeEngine is a program that prints its arguments, then its stdin.
func fakeEngine(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	text := "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\n[ \"$1\" = -InputFormat ] || cat\nexit 5\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
	return path
}

// encoded is "Write-Host hi" for -EncodedCommand, as pywinrm's run_ps sends it.
const encoded = "VwByAGkAdABlAC0ASABvAHMAdAAgAGgAaQA="

func TestEngine(t *testing.T) {
	tests := []struct {
		name, engine string
		in           shell.CommandRequest
		consoleMode  string
		want         string
	}{
		{"run_ps of pywinrm", "pwsh", line("powershell -encodedcommand " + encoded), "TRUE",
			"<-InputFormat><None><-encodedcommand><" + encoded + ">"},
		{"Ansible with piped input", "pwsh",
			line("PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand " + encoded), "FALSE",
			"<-NoProfile><-NonInteractive><-ExecutionPolicy><Unrestricted><-EncodedCommand><" + encoded + ">input"},
		{"the test host", "pshost",
			line("PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand " + encoded), "FALSE",
			"<-Command><Write-Host hi>input"},
		{"arguments as they come", "pshost", line("pwsh.exe", "-c", "Get-Date;", "'a b'"), "0", "<-Command><Get-Date; 'a b'>input"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sh := open(t, configuration(Config{Engine: fakeEngine(t, test.engine)}), shell.OpenRequest{})
			test.in.Options = map[string]string{optionConsoleMode: test.consoleMode}
			cmd := run(t, sh, test.in)
			require.NoError(t, send(t, sh, cmd, "input", true))
			assert.Equal(t, result{stdout: test.want, exitCode: 5}, finish(t, sh, cmd))
		})
	}
}

func TestNoEngine(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("PowerShell.exe -c hi"))
	out := finish(t, sh, cmd)
	assert.Equal(t, 1, out.exitCode)
	assert.Empty(t, out.stdout)
	assert.Contains(t, out.stderr, "'PowerShell.exe' is not recognized")
	require.NoError(t, send(t, sh, cmd, "x", true))
	signal(t, sh, cmd, shell.SignalCtrlC)
}

func TestEngineMissing(t *testing.T) {
	sh := open(t, configuration(Config{Engine: "/no/such/pwsh"}), shell.OpenRequest{})
	r := line("powershell -c hi")
	_, err := sh.Command(t.Context(), alice, "", &r)
	assertCode(t, codeFileNotFound, err)
}

func TestBadEncoding(t *testing.T) {
	sh := open(t, configuration(Config{Engine: fakeEngine(t, "pshost")}), shell.OpenRequest{})
	for _, args := range []string{"-e", "-enc !", "-ec YQ==", "-enc AAA="} {
		out := finish(t, sh, run(t, sh, line("powershell "+args)))
		assert.Equal(t, 1, out.exitCode, args)
		assert.Contains(t, out.stderr, "not properly encoded", args)
	}
}
