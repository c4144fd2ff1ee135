package interop

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSignalEndsProcessGroup: a signal ends what the command line started,
// too, and the shell can be used on.
func TestSignalEndsProcessGroup(t *testing.T) {
	t.Parallel()
	type result struct {
		ExitCode *int
		Code     uint32
		Again    string
	}
	s := start(t, setup{})
	for _, signal := range []string{"CTRL_C", "CTRL_BREAK", "TERMINATE"} {
		t.Run(signal, func(t *testing.T) {
			mark := "WINRMD_MARK=" + rand.Text()
			got := run[result](t, s.client(), "winrs_signal.py", args{
				"command": "export " + mark + "; echo started; sleep 300 & sleep 300",
				"signal":  signal,
			})
			assert.Equal(t, "again\n", got.Again)
			if signal == "TERMINATE" {
				assert.Equal(t, uint32(unexpectedSelectors), got.Code, "Receive after Terminate")
			} else {
				assert.Zero(t, got.Code)
				require.NotNil(t, got.ExitCode)
				assert.NotZero(t, *got.ExitCode)
			}
			assert.Eventually(t, func() bool { return len(mentioning(mark)) == 0 }, leakTimeout, 50*time.Millisecond,
				"processes that the signal left")
		})
	}
}

// winrsDeparture is the result of winrs_disconnect.py in its first process.
type winrsDeparture struct {
	ShellID   string `json:"shellId"`
	CommandID string `json:"commandId"`
	Stdout    string
	Code      uint32
}

// TestDisconnectCommandShell: a command shell whose Create carried a ShellId
// can be left and connected to like a PowerShell session (MS-WSMV 3.1.4.15).
func TestDisconnectCommandShell(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	goOn := newGate(t)
	left := run[winrsDeparture](t, s.client(), "winrs_disconnect.py", args{
		"command": "echo first; " + goOn.commandLine() + "; echo second; exit 4", "named": true,
	})
	goOn.open(t)
	require.Zero(t, left.Code)
	require.Equal(t, "first\n", left.Stdout)
	got := run[commandResult](t, s.client(), "winrs_disconnect.py", args{
		"shell_id": left.ShellID, "command_id": left.CommandID,
	})
	// The first line comes again if its receipt was not confirmed.
	assert.Contains(t, []string{"second\n", "first\nsecond\n"}, got.Stdout)
	assert.Equal(t, 4, got.ExitCode)
}

func TestDisconnectCommandShellWithoutID(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := run[winrsDeparture](t, s.client(), "winrs_disconnect.py", args{"command": "echo first", "named": false})
	assert.Equal(t, uint32(disconnectNotSupported), left.Code)
}
