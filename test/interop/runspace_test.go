package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startRunspace starts a server whose sessions are those of package
// shell/runspace: the scripts of the other tests then run there.
func startRunspace(t *testing.T) *server {
	t.Helper()
	return start(t, setup{configurations: map[string]string{"Microsoft.PowerShell": `Plugin = "runspace"`}})
}

// TestRunspacePypsrp is what pypsrp does with an engine in Go.
func TestRunspacePypsrp(t *testing.T) {
	t.Parallel()
	c := startRunspace(t).client()
	for name, check := range map[string]func(*testing.T, client){
		"run": pypsrpRun, "streams": pypsrpStreams, "merge": pypsrpMerge, "runspaces": pypsrpRunspaces,
		"application arguments": pypsrpApplicationArguments, "command metadata": pypsrpMetadata,
		"small envelope": pypsrpSmallEnvelope, "operation timeout": pypsrpOperationTimeout,
	} {
		t.Run(name, func(t *testing.T) { check(t, c) })
	}
}

// TestRunspaceDisconnectConnect: a session in Go is left and come back to as any
// other.
func TestRunspaceDisconnectConnect(t *testing.T) {
	t.Parallel()
	c := startRunspace(t).client()
	left := c.leave(t, args{"scripts": []string{counting(20, 100, "end")}})
	got := c.comeBack(t, left, args{"after": "'after'", "secret": "a secret"})
	pipeline := got.onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, append(numbers(1, 20), "end"), pipeline.Output)
	assert.Equal(t, []any{"after", "a secret"}, got.Pools[0].After)
}

// TestRunspaceConnectAfterPipelineFinished: what a pipeline has left is kept.
func TestRunspaceConnectAfterPipelineFinished(t *testing.T) {
	t.Parallel()
	s := startRunspace(t)
	left := s.client().leave(t, args{"scripts": []string{"1..5; Write-Warning 'a warning'"}})
	s.waitHeld(t, left.ids()[0], completed)
	got := s.client().comeBack(t, left, nil).onlyPipeline(t)
	got.completed(t)
	assert.Equal(t, numbers(1, 5), got.Output)
	assert.Equal(t, []string{"a warning"}, got.Warnings)
}

// TestRunspaceParserError: what the language does not know is named, with its
// place.
func TestRunspaceParserError(t *testing.T) {
	t.Parallel()
	got := run[invocation](t, startRunspace(t).client(), "psrp_invoke.py", args{"script": "1\n  while ($true) { }"})
	assert.Equal(t, "Failed", got.State)
	assert.Empty(t, got.Output)
	require.Len(t, got.Errors, 1)
	assert.Equal(t, "At line:2 char:3: The keyword 'while' is not part of this endpoint's language.", got.Errors[0])
}
