package interop

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutEngine are the arguments of a server that finds no PowerShell.
func withoutEngine(t *testing.T) []string {
	return []string{"--powershell", filepath.Join(t.TempDir(), "no-pwsh")}
}

// plainly is what $PSVersionTable says of the engine in Go.
var plainly = []any{"Go", "winrmd runspace: commands written in Go, not PowerShell"}

// TestRunspaceWithoutEngine: without PowerShell the configuration winrmd.demo is
// there, and Microsoft.PowerShell is a fault that says what can be done.
func TestRunspaceWithoutEngine(t *testing.T) {
	t.Parallel()
	s := start(t, setup{arguments: withoutEngine(t)})
	got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 1})
	require.Len(t, got.Pools, 1)
	assert.NotZero(t, got.Pools[0].Code)
	for _, words := range []string{"No PowerShell engine was found", "Install PowerShell 7", "winrmd.demo", "winrmd serve --demo"} {
		assert.Contains(t, got.Pools[0].Text, words)
	}
	got = run[opened](t, s.client(), "psrp_open.py", args{
		"pools": 1, "configuration": "winrmd.demo", "script": "$PSVersionTable.PSEdition; $PSVersionTable.Engine",
	})
	assert.Zero(t, got.Pools[0].Code, got.Pools[0].Text)
	assert.Equal(t, plainly, got.Output)
	assert.Contains(t, s.log.String(), "only command shells and winrmd.demo can be opened")
}

// TestRunspaceDemo: with --demo Microsoft.PowerShell is written in Go, and says so;
// other configurations are what they were.
func TestRunspaceDemo(t *testing.T) {
	t.Parallel()
	s := start(t, setup{arguments: append(withoutEngine(t), "--demo")})
	got := run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "script": "$PSVersionTable.PSEdition; $PSVersionTable.Engine"})
	assert.Zero(t, got.Pools[0].Code, got.Pools[0].Text)
	assert.Equal(t, plainly, got.Output)
	got = run[opened](t, s.client(), "psrp_open.py", args{"pools": 1, "configuration": "PowerShell.7"})
	assert.Contains(t, got.Pools[0].Text, "No PowerShell engine was found")
	assert.Contains(t, s.log.String(), "its commands are written in Go (--demo)")
}

// TestRunspaceQuickstart: what make run starts where no PowerShell is found offers
// the whole tour: a session is left, and come back to.
func TestRunspaceQuickstart(t *testing.T) {
	t.Parallel()
	program, err := winrmd()
	need(t, err)
	_, err = pythonProgram()
	need(t, err)
	takeSlot(t)
	cmd := exec.Command(program, append([]string{"quickstart"}, withoutEngine(t)...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		for range lines {
		}
		assert.NoError(t, cmd.Wait())
	})
	var tour strings.Builder
	late := time.After(patience)
	for !strings.Contains(tour.String(), "winrmd session list") {
		select {
		case line, more := <-lines:
			require.True(t, more, tour.String())
			tour.WriteString(line + "\n")
		case <-late:
			require.Fail(t, "the tour was not printed", tour.String())
		}
	}
	assert.Contains(t, tour.String(), "written in Go, as with winrmd serve --demo")
	assert.Contains(t, tour.String(), "Invoke-Command @a -InDisconnectedSession")
	found := regexp.MustCompile(`winrmd serves http://(\S+)/wsman .*\nUser demo, password (\S+?)\.`).FindStringSubmatch(tour.String())
	require.Len(t, found, 3, tour.String())
	c := client{server: &server{addresses: map[string]string{"http": found[1]}}, scheme: "http"}.as("demo").withPassword(found[2])
	left := c.leave(t, args{"scripts": []string{"1..60 | ForEach-Object { $_; Start-Sleep -Milliseconds 20 }"}})
	got := c.comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	assert.Equal(t, numbers(1, 60), got.Output)
}
