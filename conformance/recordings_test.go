package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
)

var update = flag.Bool("update", false, "write testdata/recordings.txt")

// recordingsDir holds the recorded traffic of real Windows servers.
const recordingsDir = "../../shared/captures"

// identifiers are what is new at each run.
var identifiers = regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)

// playable are the checks that ask what the recorded clients have asked too. A
// Player answers by operation, shell and command, and does not look at what else a
// request says: what it answers to other checks says nothing of Windows.
var playable = regexp.MustCompile(`^(header/success|create/(reference|streams|default-idle-timeout|options)|command/id|get/config|` +
	`powershell/open|receive/(order|command-id|timed-out|no-command)|signal/ctrl-c|disconnect/in-list|reconnect/connected)$`)

// nothingLeft is what becomes of a Receive for which the recording has nothing, or
// has something where the check's own command would have nothing.
var nothingLeft = regexp.MustCompile(`TimedOut 0x80338029|the check took longer|before its OperationTimeout`)

// TestRecordings runs the suite against recordings of Windows: each check against
// each, played from its beginning. What the checks find in answers of Windows, and
// which of them these satisfy, is in testdata/recordings.txt. A check that asks for
// what is not in a recording is not there.
func TestRecordings(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(recordingsDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		require.Empty(t, os.Getenv("CI"), "no captures in %s", recordingsDir)
		return
	}
	var b strings.Builder
	for _, name := range append(names, filepath.Join(recordingsDir, "others", "winrm4j", "win7.xml")) {
		c, err := capture.ReadFile(name)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s\n", filepath.Base(name))
		for _, r := range play(t, c) {
			fmt.Fprintf(&b, "  %s %s\n", r.Outcome, r.Name)
			for _, p := range r.Problems {
				if strings.Contains(p, "could not be deleted") {
					continue // the recording has no Delete
				}
				fmt.Fprintf(&b, "    %s\n", identifiers.ReplaceAllString(p, "GUID"))
			}
		}
	}
	golden := filepath.Join("testdata", "recordings.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// play runs each check against a recording of its own, and returns the results
// that say something of it.
func play(t *testing.T, c *capture.Conversation) (all []Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		for _, check := range Select(playable) {
			player := replay.NewPlayer(c)
			player.Wait = time.Second
			report := Run(t.Context(), Config{
				Server: player, URL: serverURL, Run: regexp.MustCompile("^" + regexp.QuoteMeta(check.Name) + "$"),
			})
			r := report.Results[0]
			_, _, unknown := player.Asked()
			if r.Outcome != Skipped && !nothingLeft.MatchString(strings.Join(r.Problems, " ")) && !slices.ContainsFunc(unknown, func(u string) bool { return !strings.HasPrefix(u, "Delete") }) {
				all = append(all, r)
			}
		}
	})
	return all
}
