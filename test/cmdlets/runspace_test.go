//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRunspace: the genuine cmdlets with sessions that are written in Go: commands,
// input and errors, and sessions that are left and come back to, also by another
// client.
func TestRunspace(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	first, second := startClient(t, windowsHost), startClient(t, windowsHost)
	for _, c := range []*client{first, second} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)+"$at.ConfigurationName = 'winrmd.demo'"))
	}
	for _, row := range []struct {
		script string
		want   []string
	}{
		{`Invoke-Command @at { 1 + 1; $PSVersionTable.PSEdition; 'b', 'a' | Sort-Object }`, []string{"2", "Go", "a", "b"}},
		{`Invoke-Command @at { Write-Error failed -ErrorId mine; 'after' }`, []string{"ERROR mine: failed", "after"}},
		{`3, 4 | Invoke-Command @at { $input | ForEach-Object { $_ * 2 } }`, []string{"6", "8"}},
		{`Invoke-Command @at { $args[1] } -ArgumentList 1, 'two'`, []string{"two"}},
		{`(Invoke-Command @at { Get-Command Get-Date }).Name`, []string{"Get-Date"}},
		{`$s = New-PSSession @at -Name kept; $s | show; Invoke-Command $s { $kept = 7 }`, []string{"kept Opened Available"}},
		{`Disconnect-PSSession $s | show`, []string{"kept Disconnected None"}},
		{`Connect-PSSession $s | show; Invoke-Command $s { $kept }`, []string{"kept Opened Available", "7"}},
		{`$j = Invoke-Command $s { 'in a job'; Start-Sleep -Milliseconds 10 } -AsJob; (Wait-Job $j).State; Receive-Job $j`, []string{"Completed", "in a job"}},
		{`Remove-PSSession $s`, nil},
		{`(Invoke-Command @at -InDisconnectedSession -SessionName work { 1..5 | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }; 'end' }).Name`, []string{"work"}},
	} {
		assert.Equal(t, row.want, first.run(t, row.script), row.script)
	}
	assert.Equal(t, []string{"work Disconnected None"}, second.run(t, `Get-PSSession @at | show`))
	assert.Equal(t, []string{"1", "2", "3", "4", "5", "end"}, second.run(t, `Receive-PSSession @at -Name work`))
	assert.Empty(t, second.run(t, `Get-PSSession @at | Remove-PSSession; Get-PSSession @at`))
}
