package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// expected is what differs in an exchange between winrmd and the Windows that was
// recorded, and the reason why that is right.
type expected struct {
	// exchange and where are those of the Difference; where is its beginning.
	exchange int
	where    string
	because  string
	// sometimes is for what is a matter of time.
	sometimes bool
}

// Why something that was recorded on Windows cannot go the same way here.
const (
	noWindows = "the script or command needs Windows: its paths, .NET types or commands"
	oldServer = "this Windows had WinRM 2, which left the description of the shell out"
)

// expectedDifferences are all differences, by recording. What is not here must
// not differ.
var expectedDifferences = map[string][]expected{
	"win7.xml":                               {{exchange: 1, where: "Body/Shell", because: oldServer}},
	"test_psrp_run_protocol_version_2.1.yml": {{exchange: 1, where: "Body/Shell", because: oldServer}},
	"test_winrs_no_cmd_shell.yml": {
		{exchange: 3, because: "powershell.exe is called by its path on Windows"},
		{exchange: 4, because: "the command was not started"}, {exchange: 5, because: "the command was not started"},
	},
	"test_winrs_environment.yml": {{
		exchange: 1, where: "Body/Shell/Environment/Variable/@Name",
		because: "Windows drops a backslash before ? in what it says of a variable's name; winrmd says the name as it is",
	}},
	"test_psrp_key_exchange_timeout.yml": {{
		exchange: 3, where: "messages", because: "the recording was made by hand so that no key comes, to test the client",
	}},
	"test_psrp_reset_runspace_state_fail.yml": {{
		exchange: 5, where: "messages", because: "the recording seems to be edited so that the answer is false, to test the client",
	}},
	"test_psrp_nested_command.yml": {{
		exchange: 6, where: "messages", sometimes: true,
		because: "the nested pipeline asks for a variable that the outer one has not set yet if that begins late",
	}},
	"test_psrp_pshost_ui_mocked_methods.yml": {{
		exchange: 11, where: "messages", because: "PowerShell 7 reports no progress of loading modules to the host",
	}},
	"test_psrp_get_command_metadata.yml": {
		{exchange: 7, where: "messages", because: "there are fewer commands of this name"},
		{exchange: 9, where: "messages", because: "there are fewer commands of this name"},
	},
	"test_psrp_with_jea_configuration.yml": {{exchange: 6, where: "messages", because: "the script reads the WSMan: drive, which is Windows' own"}},
	"test_psrp_no_profile.yml":             {{exchange: 5, where: "messages", because: noWindows}},
	"test_client_copy_file.yml": {
		{exchange: 13, where: "messages", because: noWindows}, {exchange: 17, because: noWindows}, {exchange: 22, because: noWindows},
	},
	"test_client_copy_file_empty.yml": {{exchange: 10, because: noWindows}, {exchange: 15, because: noWindows}},
	"test_client_copy_file_warning.yml": {
		{exchange: 6, where: "messages", because: "the recording was made by hand so that a warning comes, to test the client"},
		{exchange: 10, because: noWindows},
	},
	"test_client_execute_ps.yml":               {{exchange: 5, where: "messages", because: noWindows}},
	"test_client_execute_ps_environment.yml":   {{exchange: 5, where: "messages", because: noWindows}},
	"test_client_fetch_file_expand_vars.yml":   {{exchange: 5, where: "messages", because: noWindows}},
	"test_client_fetch_file_hash_mismatch.yml": {{exchange: 5, where: "messages", because: noWindows}},
}

// TestCaptureReplay: winrmd answers what was recorded of Windows as Windows did.
func TestCaptureReplay(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "captures", "*", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		need(t, fmt.Errorf("%w: recordings of Windows", errMissing))
	}
	names = append(names, filepath.Join("..", "..", "..", "shared", "captures", "others", "winrm4j", "win7.xml"))
	enginePath, err := engine()
	need(t, err)
	commands := windowsCommands(t, enginePath)
	s := start(t, setup{
		withoutSlot: true, configurations: map[string]string{"JEARole": ""}, environment: []string{"PATH=" + commands + ":" + os.Getenv("PATH")},
	})
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			takeSlot(t)
			c, err := capture.ReadFile(name)
			require.NoError(t, err)
			client, err := wsmanclient.New("http://"+s.addresses["http"]+"/wsman", wsmanclient.Config{
				Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")}),
			})
			require.NoError(t, err)
			defer client.Close()
			report := replayed(t, c, client)
			assert.Equal(t, len(c.Exchanges), report.Exchanges+len(report.NotPlayed))
			compareDifferences(t, expectedDifferences[filepath.Base(name)], report.Differences)
		})
	}
}

// replayPatience is for output on a machine that does much else, of recordings of
// which all comes: nobody waits for it then. Of those of Windows some does not.
const replayPatience = 3 * patience

// replayed plays a conversation.
func replayed(t *testing.T, c *capture.Conversation, client *wsmanclient.Client) *replay.Report {
	t.Helper()
	report, err := replay.Run(t.Context(), c, replay.Config{Server: client, URL: client.URL(), Patience: patience})
	require.NoError(t, err)
	return report
}

// compareDifferences holds differences against the table, both ways.
func compareDifferences(t *testing.T, table []expected, differences []replay.Difference) {
	t.Helper()
	met := make([]bool, len(table))
	for _, d := range differences {
		known := false
		for i, e := range table {
			if e.exchange == d.Exchange && strings.HasPrefix(d.Where, e.where) {
				met[i], known = true, true
			}
		}
		assert.True(t, known, "%s", d)
	}
	for i, e := range table {
		assert.True(t, met[i] || e.sometimes, "exchange %d does not differ any more in %s (%s)", e.exchange, e.where, e.because)
	}
}

// windowsCommands makes the two commands that recorded command lines begin with.
func windowsCommands(t *testing.T, enginePath string) string {
	t.Helper()
	directory := t.TempDir()
	for name, script := range map[string]string{
		"cmd.exe":        "#!/bin/sh\nshift\nexec /bin/sh -c \"$*\"\n",
		"powershell.exe": "#!/bin/sh\nexec '" + enginePath + "' -NoProfile -Command \"$*\"\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(script), 0o755))
	}
	return directory
}
