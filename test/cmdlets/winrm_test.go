//go:build linux

package cmdlets

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// TestWinrm: what cmd/winrm leaves at a server the genuine Receive-PSSession gets,
// and the other way round.
func TestWinrm(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)))
	program := filepath.Join(t.TempDir(), "winrm")
	output, err := exec.Command("go", "build", "-o", program, "../../cmd/winrm").CombinedOutput()
	require.NoError(t, err, string(output))
	winrm := func(arguments ...string) (stdout, stderr string, status int) {
		t.Helper()
		command := exec.CommandContext(t.Context(), program, append([]string{"session"}, arguments...)...)
		command.Env = append(os.Environ(), "WINRM_URL="+d.HTTP, "WINRM_USERNAME="+daemon.User, "WINRM_PASSWORD="+daemon.Password)
		var out, problems bytes.Buffer
		command.Stdout, command.Stderr = &out, &problems
		err := command.Run()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return out.String(), problems.String(), exit.ExitCode()
		}
		require.NoError(t, err)
		return out.String(), problems.String(), 0
	}

	file := t.TempDir() + "/on"
	_, stderr, status := winrm("invoke", "--in-disconnected-session", "--name", "Ours", "--argument", file,
		"param($file) 'first'; "+untilFile("$file")+"; 'last'; [pscustomobject]@{ N = 1 }")
	require.Zero(t, status, stderr)
	assert.Equal(t, []string{"first", "last", "@{N=1}"}, c.run(t, `
Get-PSSession @at -Name Ours | ForEach-Object { if ("$($_.State) $($_.Availability)" -ne 'Disconnected None') { $_ | Out-String } }
[System.IO.File]::WriteAllText('`+file+`', '')
Receive-PSSession @at -Name Ours | ForEach-Object { if ($_.N) { "@{N=$($_.N)}" } else { "$_" } }`))
	assert.Empty(t, c.run(t, `Get-PSSession | Remove-PSSession`))

	assert.Empty(t, c.run(t, `$null = Invoke-Command @at -InDisconnectedSession -SessionName Theirs { 1..3; Write-Warning careful; Write-Host said; throw 'at the end' }`))
	stdout, stderr, status := winrm("receive", "Theirs", "--remove")
	assert.Equal(t, []any{"1\n2\n3\nsaid\n", 1}, []any{stdout, status})
	assert.Contains(t, stderr, "WARNING: careful\n")
	assert.Contains(t, stderr, "at the end\n")
	stdout, _, _ = winrm("list", "-o", "plain")
	assert.Empty(t, stdout)
}
