//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestStopAtOnce: the first command of a session is stopped before anybody knows
// whether it has begun, which PowerShell's engine does not always take well. The
// session goes on.
func TestStopAtOnce(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)))
	for range 12 {
		if !assert.Equal(t, []string{"Stopped", "still"}, c.run(t, `
$s = New-PSSession @at
$first = Invoke-Command $s -AsJob { Start-Sleep 1000 }
Stop-Job $first
$second = Invoke-Command $s -AsJob { 'begun'; Start-Sleep 1000 }
begun $second
Stop-Job $second; $second.State
Invoke-Command $s { 'still' }
Remove-PSSession $s`)) {
			return
		}
	}
}
