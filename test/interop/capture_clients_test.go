package interop

import (
	"bytes"
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

// clientCaptures are the conversations in testdata/captures of this repository:
// each is recorded by the server while a client does something. `make captures`
// makes all of them again.
var clientCaptures = []struct {
	name, client, title string
	do                  func(t *testing.T, s *server)
}{
	{"pypsrp-pipeline", "pypsrp", "Run a pipeline in a new pool", func(t *testing.T, s *server) {
		run[map[string]any](t, s.client(), "psrp_invoke.py", args{"script": "1..3; Write-Warning 'careful'; Write-Error 'wrong'"})
	}},
	{"pypsrp-securestring", "pypsrp", "Agree on a key, send a SecureString each way", func(t *testing.T, s *server) {
		run[map[string]any](t, s.client(), "psrp_secure_string.py", args{"text": capturedSecret})
	}},
	{"pywinrm-command", "pywinrm", "Run a command line", func(t *testing.T, s *server) {
		run[commandResult](t, s.client(), "winrs_run.py", args{"command": "echo out; echo err >&2; exit 7"})
	}},
	{"pywinrm-input", "pywinrm", "Run a command with input", func(t *testing.T, s *server) {
		run[map[string]any](t, s.client(), "winrs_input.py", args{"command": "cat", "pieces": []string{"one\n", "two\n"}})
	}},
	{"masterzen-command", "masterzen/winrm", "Run a command line", func(t *testing.T, s *server) {
		got := s.masterzen(t, "sealed", "", "--command", "echo out; echo err >&2; exit 7")
		assert.Equal(t, masterzenResult{Stdout: "out\n", Stderr: "err\n", ExitCode: 7}, got)
	}},
	{"masterzen-input", "masterzen/winrm", "Run a command with input", func(t *testing.T, s *server) {
		got := s.masterzen(t, "basic", "one\ntwo\n", "--stdin", "--command", "cat")
		assert.Equal(t, masterzenResult{Stdout: "one\ntwo\n"}, got)
	}},
	{"powershell-session", "PowerShell 7.6", "Run commands in a session, with a warning and an error", func(t *testing.T, s *server) {
		assert.Equal(t, []string{"1", "2", "3", "wrong", "42"}, s.cmdlets(t, `
$s = New-PSSession @at -Name captured
Invoke-Command $s { $kept = 41; 1..3; Write-Warning 'careful'; Write-Error 'wrong' }
Invoke-Command $s { $kept + 1 }
Remove-PSSession $s`))
	}},
	{"powershell-disconnect", "PowerShell 7.6", "Disconnect a session and connect to it", func(t *testing.T, s *server) {
		assert.Equal(t, []string{"Disconnected", "Opened", "5"}, s.cmdlets(t, `
$s = New-PSSession @at
Invoke-Command $s { $x = 5 }
(Disconnect-PSSession $s).State
(Connect-PSSession $s).State
Invoke-Command $s { $x }
Remove-PSSession $s`))
	}},
	{"winrm-shell", "winrm", "Run a command line", func(t *testing.T, s *server) {
		assert.Equal(t, "one\n", s.terminal(t, "alice").succeeds("shell", "--no-stdin", "echo one"))
	}},
	{"winrm-resources", "winrm", "Get settings, list sessions, ask for what there is not", func(t *testing.T, s *server) {
		alice := s.terminal(t, "alice")
		alice.succeeds("get", "winrm/config")
		alice.succeeds("enumerate", "shell")
		_, _, status := alice.run("", "get", "winrm/config/nothing")
		assert.Equal(t, 5, status)
	}},
}

// capturedSecret must not be in a recording.
const capturedSecret = "geheim-4711"

// captureDirectory has the recordings.
var captureDirectory = filepath.Join("..", "..", "testdata", "captures")

// TestCaptureClients: what each client does is recorded by the server, and what
// was recorded is played again without a difference. With
// WINRMD_UPDATE_CAPTURES=true the files of the repository are made of it; else
// what is in them is played.
func TestCaptureClients(t *testing.T) {
	t.Parallel()
	update := os.Getenv("WINRMD_UPDATE_CAPTURES") == "true"
	for _, c := range clientCaptures {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			directory := recordingDirectory(t)
			s := start(t, setup{arguments: []string{"--capture", directory}})
			c.do(t, s)
			s.stop(t)
			recorded := merged(t, directory)
			recorded.Client, recorded.Title = c.client, c.title
			scrub(t, recorded)
			var text bytes.Buffer
			require.NoError(t, capture.Write(&text, recorded))
			assert.NotContains(t, text.String(), capturedSecret)
			name := filepath.Join(captureDirectory, c.name+".yaml")
			if update {
				require.NoError(t, os.MkdirAll(captureDirectory, 0o755))
				require.NoError(t, os.WriteFile(name, text.Bytes(), 0o644))
			}
			kept, err := capture.ReadFile(name)
			require.NoError(t, err)
			again := start(t, setup{withoutSlot: true})
			for _, conversation := range []*capture.Conversation{recorded, kept} {
				client, err := wsmanclient.New("http://"+again.addresses["http"]+"/wsman", wsmanclient.Config{
					Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: "alice", Password: passwordOf("alice")}),
				})
				require.NoError(t, err)
				report, err := replay.Run(t.Context(), conversation, replay.Config{Server: client, URL: client.URL(), Patience: replayPatience})
				require.NoError(t, err)
				require.NoError(t, client.Close())
				assert.Empty(t, report.Differences)
				assert.NotZero(t, report.Exchanges)
			}
		})
	}
}

// recordingDirectory is one that a server may write to, whatever account it works
// as: one that the superuser has started is not the superuser.
func recordingDirectory(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "winrmd-capture-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(directory)) })
	require.NoError(t, os.Chmod(directory, 0o777)) //nolint:gosec // for as long as a test runs
	return directory
}

// merged is everything that was recorded in a directory.
func merged(t *testing.T, directory string) *capture.Conversation {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := &capture.Conversation{}
	for _, name := range names {
		c, err := capture.ReadFile(name)
		require.NoError(t, err)
		all.Server = c.Server
		all.Exchanges = append(all.Exchanges, c.Exchanges...)
	}
	return capture.Clean(all)
}

// scrub takes the name of this machine out.
func scrub(t *testing.T, c *capture.Conversation) {
	t.Helper()
	host, err := os.Hostname()
	require.NoError(t, err)
	replace := func(s *string) { *s = strings.ReplaceAll(*s, `Machine="`+host+`"`, `Machine="server"`) }
	for i := range c.Exchanges {
		replace(&c.Exchanges[i].Request.Body)
		replace(&c.Exchanges[i].Response.Body)
	}
}
