package clixml

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEngineRecords: PowerShell's own code for reading records from messages
// takes those that are made here, with all that they say.
func TestEngineRecords(t *testing.T) {
	t.Parallel()
	e := &ErrorRecord{
		Message: "it <failed>", TargetObject: Int32(5), FullyQualifiedErrorID: "Id,Command", Category: ObjectNotFound,
		CategoryActivity: "Get-Thing", CategoryReason: "Exception", CategoryTargetName: "x", CategoryTargetType: "String",
		CategoryMessage: "ObjectNotFound: (x:String) [Get-Thing], Exception", DetailsMessage: "details",
		RecommendedAction: "look", ScriptStackTrace: "at line 1", Invocation: sampleInvocation(), PipelineIterationInfo: []int32{0, 1},
	}
	plain := NewErrorRecord(os.ErrNotExist, "NotThere", ReadError)
	i := &InformationRecord{
		MessageData: String("data"), Source: "s", TimeGenerated: DateTime{Ticks: unixEpoch, Kind: DateTimeUTC}, Tags: []string{"PSHOST"},
		User: "u", Computer: "c", ProcessID: 1 << 31, NativeThreadID: 2, ManagedThreadID: 3,
	}
	p := &ProgressRecord{
		Activity: "a", ActivityID: 1, StatusDescription: "s", CurrentOperation: "o", ParentActivityID: 2,
		PercentComplete: 50, SecondsRemaining: 9, Completed: true,
	}
	w := &InformationalRecord{Message: "careful", Invocation: sampleInvocation(), PipelineIterationInfo: []int32{7}}
	got := recordsFromEngine(t,
		"ErrorRecord", e.Object(), "ErrorRecord", plain.Object(), "InformationRecord", i.Object(),
		"ProgressRecord", p.Object(), "WarningRecord", w.Object(WarningRecord))

	gotError, err := ReadErrorRecord(got[0])
	require.NoError(t, err)
	sameInvocation(t, e.Invocation, gotError.Invocation)
	gotError.Exception, gotError.Invocation = nil, nil
	want := *e
	want.Invocation = nil
	assert.Equal(t, &want, gotError)

	gotError, err = ReadErrorRecord(got[1])
	require.NoError(t, err)
	assert.Equal(t, plain.Message, gotError.Message)
	assert.Equal(t, plain.FullyQualifiedErrorID, gotError.FullyQualifiedErrorID)
	assert.Equal(t, plain.Category, gotError.Category)

	gotInformation, err := ReadInformationRecord(got[2])
	require.NoError(t, err)
	assert.Equal(t, i, gotInformation)

	gotProgress, err := ReadProgressRecord(got[3])
	require.NoError(t, err)
	assert.Equal(t, p, gotProgress)

	gotWarning, err := ReadInformationalRecord(got[4])
	require.NoError(t, err)
	assert.Equal(t, w.Message, gotWarning.Message)
	assert.Equal(t, w.PipelineIterationInfo, gotWarning.PipelineIterationInfo)
	sameInvocation(t, w.Invocation, gotWarning.Invocation)
}

// sameInvocation compares what PowerShell keeps of an invocation: paths and the
// message it makes itself, and collections get other types.
func sameInvocation(t *testing.T, want, got *InvocationInfo) {
	t.Helper()
	require.NotNil(t, got)
	assert.Equal(t, "@{Path=x}", Text(got.BoundParameters))
	assert.Equal(t, "{1}", Text(got.UnboundArguments))
	w, g := *want, *got
	for _, i := range [2]*InvocationInfo{&w, &g} {
		i.BoundParameters, i.UnboundArguments, i.PSScriptRoot, i.PSCommandPath, i.PositionMessage = nil, nil, "", "", ""
		// Those of the place that is shown, which is the extent.
		i.Line, i.OffsetInLine, i.ScriptLineNumber = "", 0, 0
	}
	assert.Equal(t, w, g)
}

// recordsFromEngine takes kinds of records and the records.
func recordsFromEngine(t *testing.T, records ...any) []Value {
	t.Helper()
	var lines []byte
	for i := 0; i < len(records); i += 2 {
		document, err := AppendFile(nil, FileEntry{Value: records[i+1].(*Object)})
		require.NoError(t, err)
		lines = append(append(lines, records[i].(string)...), ' ')
		lines = append(base64.StdEncoding.AppendEncode(lines, document), '\n')
	}
	path := filepath.Join(t.TempDir(), "records")
	require.NoError(t, os.WriteFile(path, lines, 0o600))
	out := engine(t, "engine_records.ps1", path)
	require.Len(t, out, len(records)/2)
	var values []Value
	for _, line := range out {
		v := readFile(t, decodeDocument(t, line))
		if o, ok := v.(*Object); ok {
			list, _ := items(o.Base)
			v = list[0]
		}
		values = append(values, v)
	}
	return values
}
