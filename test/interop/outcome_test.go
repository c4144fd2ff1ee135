package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outcome is what a pipeline gave, as psrp.outcome prints it.
type outcome struct {
	Output      []any
	State       string
	HadErrors   bool
	Errors      []string
	ErrorIDs    []string `json:"errorIds"`
	Warnings    []string
	Verbose     []string
	Debug       []string
	Information []string
	Progress    []string
}

// completed requires that the pipeline ended well.
func (o outcome) completed(t *testing.T) {
	t.Helper()
	require.Equal(t, "Completed", o.State, "errors: %v", o.Errors)
	require.Empty(t, o.Errors)
}

// numbers returns the numbers from first to last as JSON decodes them.
func numbers(first, last int) []any {
	all := make([]any, 0, last-first+1)
	for n := first; n <= last; n++ {
		all = append(all, float64(n))
	}
	return all
}

// counting is a script that writes the numbers from 1 to last, slowly, and
// then a word.
func counting(last, milliseconds int, word string) string {
	return fmt.Sprintf("1..%d | ForEach-Object { $_; Start-Sleep -Milliseconds %d }; '%s'", last, milliseconds, word)
}

// gate is a file that a script waits for.
type gate struct{ file string }

func newGate(t *testing.T) gate { return gate{filepath.Join(t.TempDir(), "gate")} }

// script is the waiting in PowerShell, commandLine that of a Unix shell.
func (g gate) script() string {
	return fmt.Sprintf("while (-not [IO.File]::Exists('%s')) { Start-Sleep -Milliseconds 100 }", g.file)
}

func (g gate) commandLine() string {
	return fmt.Sprintf("while ! test -e '%s'; do sleep 0.1; done", g.file)
}

// open lets the script go on.
func (g gate) open(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(g.file, nil, 0o600))
}

// halting is a script that counts to half of last, waits at a gate, and counts
// on.
func halting(last int, g gate) string {
	return fmt.Sprintf("1..%d; %s; %d..%d; 'end'", last/2, g.script(), last/2+1, last)
}

// requireUnion requires that what two clients have seen of the numbers from 1
// to last has no gap and that each of them has seen no number twice. The
// second may begin with numbers that the first has seen too: an answer whose
// receipt the first did not confirm comes again.
func requireUnion(t *testing.T, first, second []any, last int) {
	t.Helper()
	require.Equal(t, numbers(1, len(first)), first, "the first client's output")
	require.NotEmpty(t, second, "the second client's output")
	begin, isNumber := second[0].(float64)
	require.True(t, isNumber, "the second client's output begins with %v", second[0])
	assert.LessOrEqual(t, int(begin), len(first)+1, "a gap between the clients")
	require.Equal(t, numbers(int(begin), last), second, "the second client's output")
}
