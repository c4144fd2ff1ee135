package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/conformance"
)

// overNetwork are the recordings of Windows that the suite is run against over TCP,
// each played by `winrm capture serve`: WinRM 2 and 3, both kinds of shell, and
// what Windows refuses. Package conformance runs it against all of them in memory.
var overNetwork = []string{
	"test_winrs_standard.yml", "test_winrs_no_cmd_shell.yml", "test_winrs_bad_cmd_id.yml", "test_psrp_open_runspace.yml",
	"test_psrp_disconnect_runspaces.yml", "win7.xml",
}

// reported is what package conformance has found in each recording: for each check
// its outcome and problems, as lines.
func reported(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "conformance", "testdata", "recordings.txt"))
	require.NoError(t, err)
	all := map[string]map[string]string{}
	recording, check := "", ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "    "):
			all[recording][check] += "\n" + strings.TrimSpace(line)
		case strings.HasPrefix(line, "  "):
			outcome, name, _ := strings.Cut(strings.TrimSpace(line), " ")
			check = name
			all[recording][check] = outcome
		default:
			recording = line
			all[recording] = map[string]string{}
		}
	}
	return all
}

var anyGUID = regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)

// TestConformanceOfRecordings: over the network the suite reports of recordings of
// Windows what it reports of them in memory.
func TestConformanceOfRecordings(t *testing.T) {
	golden := reported(t)
	for _, name := range overNetwork {
		require.NotEmpty(t, golden[name], name)
		path := filepath.Join("..", "others", "winrm4j", name)
		if strings.HasSuffix(name, ".yml") {
			path = name
		}
		file := recording(t, path)
		for check, want := range golden[name] {
			t.Run(name+" "+check, func(t *testing.T) {
				url, end := listening(t, "capture", "serve", file, "--wait", "1s")
				text, _ := winrmOutput(t, "conformance", url, "--auth", "none", "--output", "json", "--run", "^"+regexp.QuoteMeta(check)+"$")
				end()
				var report conformance.Report
				require.NoError(t, json.Unmarshal([]byte(text), &report), text)
				require.Len(t, report.Results, 1)
				got := fmt.Sprint(report.Results[0].Outcome)
				for _, problem := range report.Results[0].Problems {
					if !strings.Contains(problem, "could not be deleted") { // the recording has no Delete
						got += "\n" + anyGUID.ReplaceAllString(problem, "GUID")
					}
				}
				assert.Equal(t, want, got)
			})
		}
	}
}
