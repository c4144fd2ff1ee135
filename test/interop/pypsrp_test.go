package interop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPypsrp is what pypsrp does within one process.
func TestPypsrp(t *testing.T) {
	runScenarios(t, "pypsrp", []scenario{
		{name: "run", check: pypsrpRun},
		{name: "streams", check: pypsrpStreams},
		{name: "merge", httpOnly: true, check: pypsrpMerge},
		{name: "input", check: pypsrpInput},
		{name: "host", check: pypsrpHost},
		{name: "secure string", check: pypsrpSecureString},
		{name: "stop", check: pypsrpStop},
		{name: "nested", httpOnly: true, check: pypsrpNested},
		{name: "runspaces", httpOnly: true, check: pypsrpRunspaces},
		{name: "application arguments", httpOnly: true, check: pypsrpApplicationArguments},
		{name: "many pipelines", check: pypsrpManyPipelines},
		{name: "failed", httpOnly: true, check: pypsrpFailed},
		{name: "command metadata", httpOnly: true, check: pypsrpMetadata},
		{name: "small envelope", check: pypsrpSmallEnvelope},
		{name: "operation timeout", check: pypsrpOperationTimeout},
		{name: "unknown configuration", httpOnly: true, check: pypsrpUnknownConfiguration},
	})
}

// invocation is the result of psrp_invoke.py.
type invocation struct {
	outcome
	ShellID         string `json:"shellId"`
	ProtocolVersion string
	Receives        int
	Timeouts        int
	Seconds         float64
}

func pypsrpRun(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{"script": "1..5"})
	got.completed(t)
	assert.Equal(t, numbers(1, 5), got.Output)
	assert.Equal(t, "2.3", got.ProtocolVersion)
}

func pypsrpStreams(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{"script": `
		$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
		Write-Output 'an output'
		Write-Error 'an error'
		Write-Warning 'a warning'
		Write-Verbose 'a verbose record'
		Write-Debug 'a debug record'
		Write-Information 'an information'
		Write-Progress -Activity 'an activity' -PercentComplete 50`})
	assert.Equal(t, "Completed", got.State)
	assert.Equal(t, []any{"an output"}, got.Output)
	assert.Equal(t, []string{"an error"}, got.Errors)
	assert.Equal(t, []string{"a warning"}, got.Warnings)
	assert.Equal(t, []string{"a verbose record"}, got.Verbose)
	assert.Equal(t, []string{"a debug record"}, got.Debug)
	assert.Equal(t, []string{"an information"}, got.Information)
	assert.Contains(t, got.Progress, "an activity 50")
}

func pypsrpMerge(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{
		"script": "'an output'; Write-Warning 'a warning'; Write-Error 'an error'",
		"merge":  map[string]string{"warning": "output", "error": "output"},
	})
	got.completed(t)
	assert.Equal(t, []any{"an output", "a warning", "an error"}, got.Output)
	assert.Empty(t, got.Warnings)
}

func pypsrpInput(t *testing.T, c client) {
	type result struct {
		Count, Length, Sends int
		Echoed               []any
	}
	got := run[result](t, c, "psrp_input.py", args{
		"lists":      [][]int{{50, 10_000}, {1, 500_000}},
		"connection": args{"max_envelope_size": 100_000},
	})
	assert.Equal(t, 51, got.Count)
	assert.Equal(t, 1_000_000, got.Length)
	assert.Greater(t, got.Sends, 10, "the input was meant to take several Sends")
	assert.Equal(t, []any{"a", 1.0, true, map[string]any{"key": "value"}}, got.Echoed)
}

func pypsrpHost(t *testing.T, c client) {
	type result struct {
		outcome
		Asked, Written []string
	}
	got := run[result](t, c, "psrp_host.py", nil)
	got.completed(t)
	assert.Equal(t, []any{"a line", "a secret", "caption message", "user", "a password", 1.0}, got.Output)
	assert.Equal(t, []string{
		"ReadLine", "ReadLineAsSecureString", "Prompt", "PromptForCredential", "PromptForChoice",
	}, got.Asked)
	assert.Equal(t, []string{"what is said"}, got.Written)
}

func pypsrpSecureString(t *testing.T, c client) {
	const secret = "a secret – not in clear"
	type result struct{ There, Back []any }
	got := run[result](t, c, "psrp_secure_string.py", args{"text": secret})
	assert.Equal(t, []any{"SecureString", secret}, got.There)
	assert.Equal(t, []any{secret}, got.Back)
}

func pypsrpStop(t *testing.T, c client) {
	type result struct {
		Before, After []any
		Seconds       float64
	}
	got := run[result](t, c, "psrp_stop.py", nil)
	assert.Equal(t, numbers(1, 1), got.Before)
	assert.Equal(t, []any{"after"}, got.After)
	assert.Less(t, got.Seconds, patience.Seconds())
}

func pypsrpNested(t *testing.T, c client) {
	got := run[outcome](t, c, "psrp_nested.py", nil)
	got.completed(t)
	assert.Equal(t, []any{"by the outer"}, got.Output)
}

func pypsrpRunspaces(t *testing.T, c client) {
	type result struct {
		Available, Bounds []int
		Before, After     []any
	}
	got := run[result](t, c, "psrp_pool.py", nil)
	assert.Equal(t, []int{1, 3}, got.Available)
	assert.Equal(t, []int{2, 3}, got.Bounds)
	assert.Equal(t, []any{"value"}, got.Before)
	assert.Equal(t, []any{true}, got.After, "a variable is still there after the reset")
}

func pypsrpApplicationArguments(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{
		"script":                "$PSSenderInfo.ApplicationArguments['key']",
		"application_arguments": args{"key": "the value"},
	})
	got.completed(t)
	assert.Equal(t, []any{"the value"}, got.Output)
}

// pypsrpManyPipelines: each of the pipelines waits for the others, so they end
// only if they run at the same time.
func pypsrpManyPipelines(t *testing.T, c client) {
	const pipelines, rounds = 5, 2
	type result struct{ Outputs [][]string }
	got := run[result](t, c, "psrp_many.py", args{"pipelines": pipelines, "rounds": rounds, "directory": t.TempDir()})
	require.Len(t, got.Outputs, pipelines*rounds)
	for i, output := range got.Outputs {
		number := string(rune('0' + i%pipelines))
		require.Len(t, output, 20)
		assert.Equal(t, number+" 1", output[0])
		assert.Equal(t, number+" 20", output[19])
	}
}

func pypsrpFailed(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{"script": "'before'; throw 'it broke'; 'after'"})
	assert.Equal(t, "Failed", got.State)
	assert.Equal(t, []any{"before"}, got.Output)
	assert.True(t, got.HadErrors)
	assert.Equal(t, []string{"it broke"}, got.Errors)
}

func pypsrpMetadata(t *testing.T, c client) {
	type result struct{ Names []string }
	got := run[result](t, c, "psrp_metadata.py", args{"names": []string{"Where-Object", "ForEach-*"}})
	assert.ElementsMatch(t, []string{"Where-Object", "ForEach-Object"}, got.Names)
}

func pypsrpSmallEnvelope(t *testing.T, c client) {
	const length = 200_000
	got := run[invocation](t, c, "psrp_invoke.py", args{
		"script":     "'x' * 200000; 'end'",
		"connection": args{"max_envelope_size": 32768},
	})
	got.completed(t)
	require.Len(t, got.Output, 2)
	assert.Equal(t, strings.Repeat("x", length), got.Output[0])
	assert.Equal(t, "end", got.Output[1])
	assert.Greater(t, got.Receives, length/32768, "answers are larger than the client's MaxEnvelopeSize")
}

func pypsrpOperationTimeout(t *testing.T, c client) {
	got := run[invocation](t, c, "psrp_invoke.py", args{
		"script":     "Start-Sleep -Milliseconds 6500; 'done'",
		"connection": args{"operation_timeout": 5},
	})
	got.completed(t)
	assert.Equal(t, []any{"done"}, got.Output)
	assert.Positive(t, got.Timeouts)
	assert.Less(t, got.Seconds, patience.Seconds())
}

func pypsrpUnknownConfiguration(t *testing.T, c client) {
	got := c.fails(t, "psrp_invoke.py", args{"script": "1", "configuration": "nobody.knows"})
	assert.Equal(t, pypsrpFault, got.Type)
	assert.Contains(t, []uint32{invalidResourceURI, malformedResourceURI}, got.Code, got.Text)
}
