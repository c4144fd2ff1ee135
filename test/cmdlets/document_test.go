//go:build linux

package cmdlets

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/test/matrix"
)

// TestDocument follows about_Remote_Disconnected_Sessions: two PowerShells and one
// session between them, with the states that the document shows.
func TestDocument(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	matrix.Ran(t, "PowerShell cmdlets, Windows build", "Get-PSSession, Connect-PSSession, from another client", "HTTP, Negotiate")
	matrix.Ran(t, "PowerShell cmdlets, Windows build", "New-PSSession, Disconnect-PSSession", "HTTP, Negotiate")
	here, there := startClient(t, windowsHost), startClient(t, windowsHost)
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)))
	}
	const list = `Get-PSSession @at -Name ITTask | show`

	assert.Equal(t, "ITTask Opened Available", here.one(t, `$s = New-PSSession @at -Name ITTask; $s | show`))
	assert.Equal(t, "Opened Available 7200000 Block", here.one(t, `$s | detail`))
	assert.Equal(t, "ITTask Opened Available", here.one(t, list), "in the first")
	assert.Equal(t, "ITTask Disconnected Busy", there.one(t, list), "in the second, while the first has it")
	assert.Equal(t, "ITTask Disconnected None", here.one(t, `Get-PSSession @at -Name ITTask | Disconnect-PSSession | show`))
	assert.Equal(t, "ITTask Disconnected None", here.one(t, list))
	assert.Equal(t, "ITTask Disconnected None", there.one(t, list))
	assert.Equal(t, "ITTask Opened Available", there.one(t, `Get-PSSession @at -Name ITTask | Connect-PSSession | show`))
	assert.Equal(t, "ITTask Opened Available", there.one(t, list))
	assert.Equal(t, "ITTask Disconnected Busy", here.one(t, list), "after the second connected it")
}
