//go:build linux

package cmdlets

import (
	"fmt"
	"net"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoAddresses are listeners of two addresses with the same port.
func twoAddresses(t *testing.T) (first, second net.Listener) {
	t.Helper()
	const tries = 100
	var err error
	for range tries {
		first, err = net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		second, err = net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", first.Addr().(*net.TCPAddr).Port))
		if err == nil {
			return first, second
		}
		first.Close()
	}
	require.NoError(t, err)
	return nil, nil
}

// TestLocalhost: of sessions that all begin at one computer, a list of localhost
// has those that end there, and a list of another address those that end at it,
// though both are reached by the same port.
func TestLocalhost(t *testing.T) {
	t.Parallel()
	local, remote := twoAddresses(t)
	for _, l := range []net.Listener{local, remote} {
		u, err := url.Parse(server(t, "").HTTP)
		require.NoError(t, err)
		proxyAt(t, l, u.Host)
	}
	here, there := startClient(t, windowsHost), startClient(t, windowsHost)
	const addresses = `
$far = $at.Clone(); $at.ComputerName = 'localhost'; $far.ComputerName = '127.0.0.2'`
	for _, c := range []*client{here, there} {
		assert.Empty(t, c.run(t, login(t, "http://"+local.Addr().String())+addresses))
	}
	assert.Equal(t, []string{"near Opened Available", "far Opened Available"}, here.run(t, `New-PSSession @at -Name near | show; New-PSSession @far -Name far | show`))
	for _, row := range []struct{ script, here, there string }{
		{`Get-PSSession @at | show`, "near Opened Available", "near Disconnected Busy"},
		{`Get-PSSession @far | show`, "far Opened Available", "far Disconnected Busy"},
		{`$at.ComputerName = '127.0.0.1'; Get-PSSession @at | show`, "near Opened Available", "near Disconnected Busy"},
	} {
		assert.Equal(t, []string{row.here}, here.run(t, row.script))
		assert.Equal(t, []string{row.there}, there.run(t, row.script))
	}
	assert.Equal(t, []string{"near Opened Available", "far Opened Available"}, here.run(t, `Get-PSSession | show`), "without a computer: of this process")
	assert.Empty(t, there.run(t, `Get-PSSession | show`))
	assert.Equal(t, []string{"far Disconnected Busy", "near Disconnected Busy"}, there.run(t, `
$far.Remove('ComputerName'); Get-PSSession -ComputerName localhost, 127.0.0.2 @far | Sort-Object Name | show`), "both at once")
}
