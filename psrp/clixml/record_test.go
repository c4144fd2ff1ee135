package clixml

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sampleInvocation() *InvocationInfo {
	return &InvocationInfo{
		BoundParameters: &Object{TypeNames: typesHashtable, Base: Dictionary{{String("Path"), String("x")}}},
		CommandOrigin:   1, ExpectingInput: true, InvocationName: "Get-Thing", Line: "Get-Thing x\n", OffsetInLine: 1,
		ScriptLineNumber: 2, ScriptName: "/s.ps1", PSScriptRoot: "/", PSCommandPath: "/s.ps1", PositionMessage: "At line:2",
		HistoryID: 1 << 40, PipelineLength: 2, PipelinePosition: 1, PipelineIterationInfo: []int32{0, 1},
		UnboundArguments: &Object{TypeNames: typesArrayList, Base: List{Int32(1)}},
		Extent:           &ScriptExtent{File: "/s.ps1", StartLine: 2, StartColumn: 1, EndLine: 2, EndColumn: 12},
		Command:          &CommandInfo{Type: CommandCmdlet, Name: "Get-Thing", Definition: "Get-Thing [-Path]", Visibility: 1},
	}
}

// TestErrorRecord: everything in a record goes out and comes back.
func TestErrorRecord(t *testing.T) {
	t.Parallel()
	e := &ErrorRecord{
		Message: "it <failed>", Exception: NewException("it <failed>", NewException("why", nil)), TargetObject: Int32(5),
		FullyQualifiedErrorID: "Id,Command", Category: ObjectNotFound, CategoryActivity: "Get-Thing",
		CategoryReason: "Exception", CategoryTargetName: "x", CategoryTargetType: "String", CategoryMessage: "all of it",
		DetailsMessage: "details", RecommendedAction: "look", ScriptStackTrace: "at line 1",
		Invocation: sampleInvocation(), PipelineIterationInfo: []int32{},
	}
	got, err := ReadErrorRecord(mustParse(t, mustAppend(t, e.Object())))
	require.NoError(t, err)
	assert.Empty(t, difference(e.Object(), got.Object()))
	got.Exception, got.Invocation.BoundParameters, got.Invocation.UnboundArguments = nil, nil, nil
	want := *e
	want.Invocation = sampleInvocation()
	want.Exception, want.Invocation.BoundParameters, want.Invocation.UnboundArguments = nil, nil, nil
	assert.Equal(t, &want, got)
	assert.Equal(t, "details", e.Text())
	assert.Equal(t, "details", e.Error())
	assert.Equal(t, "m", (&ErrorRecord{Message: "m"}).Text())
	assert.Equal(t, "c", (&ErrorRecord{CategoryMessage: "c"}).Text())
}

// TestReadErrorRecord: what other writers leave out, or write in other ways.
func TestReadErrorRecord(t *testing.T) {
	t.Parallel()
	read := func(properties ...Property) *ErrorRecord {
		o := NewCustomObject(append([]Property{{"FullyQualifiedErrorId", String("id")}, {"ErrorCategory_Category", Int32(1)}}, properties...)...)
		e, err := ReadErrorRecord(o)
		require.NoError(t, err)
		return e
	}
	assert.Equal(t, &ErrorRecord{FullyQualifiedErrorID: "id", Category: OpenError}, read())
	assert.Equal(t, "too deep", read(Property{"Exception", String("too deep")}).Message)
	text := "its text"
	assert.Equal(t, text, read(Property{"Exception", &Object{ToString: &text}}).Message)
	assert.Equal(t, text, read(Property{"Exception", &Object{ToString: &text, Adapted: Properties{{"Message", nil}}}}).Message)
	assert.Nil(t, read(Property{"Exception", (*Object)(nil)}).Exception)
	i := read(Property{"InvocationInfo", &Object{Adapted: Properties{{"CommandOrigin", String("Internal")}, {"Line", String("l")}}}}).Invocation
	assert.Equal(t, &InvocationInfo{CommandOrigin: 1, Line: "l"}, i)
	assert.Equal(t, "5", read(Property{"ErrorCategory_Reason", Int32(5)}).CategoryReason)
}

func TestRecordsRefused(t *testing.T) {
	t.Parallel()
	id := Property{"FullyQualifiedErrorId", String("id")}
	category := Property{"ErrorCategory_Category", Int32(1)}
	readError := func(v Value) error { _, err := ReadErrorRecord(v); return err }
	readInformation := func(v Value) error { _, err := ReadInformationRecord(v); return err }
	readInformational := func(v Value) error { _, err := ReadInformationalRecord(v); return err }
	readProgress := func(v Value) error { _, err := ReadProgressRecord(v); return err }
	data, generated := Property{"MessageData", String("m")}, Property{"TimeGenerated", DateTime{}}
	tests := []struct {
		read  func(Value) error
		value Value
		want  string
	}{
		{readError, nil, "no ErrorRecord: it is nothing, not an object"},
		{readError, (*Object)(nil), "not an object"},
		{readError, String("x"), "no ErrorRecord: it is S, not an object"},
		{readError, NewCustomObject(), "no ErrorRecord: property FullyQualifiedErrorId is missing"},
		{readError, NewCustomObject(id), "property ErrorCategory_Category is missing"},
		{readError, NewCustomObject(id, Property{"ErrorCategory_Category", nil}), "property ErrorCategory_Category is nothing, not I64"},
		{readError, NewCustomObject(id, Property{"ErrorCategory_Category", String("x")}), "property ErrorCategory_Category is S, not I64"},
		{readError, NewCustomObject(id, Property{"ErrorCategory_Category", Int64(1 << 40)}), "property ErrorCategory_Category is I64, not I32"},
		{readError, NewCustomObject(id, category, Property{"SerializeExtendedInfo", Int32(1)}), "property SerializeExtendedInfo is I32, not B"},
		{readError, NewCustomObject(id, category, Property{"PipelineIterationInfo", Int32(1)}), "property PipelineIterationInfo is I32, not LST"},
		{readError, NewCustomObject(id, category, Property{"PipelineIterationInfo", List{Int64(1)}}), "property PipelineIterationInfo is I64, not LST of I32"},
		{readError, NewCustomObject(id, category, Property{"SerializeExtendedInfo", Bool(true)}, Property{"InvocationInfo_Line", nil}, Property{"InvocationInfo_HistoryId", Bool(true)}),
			"property InvocationInfo_HistoryId is B, not I64"},
		{readError, NewCustomObject(id, category, Property{"InvocationInfo", &Object{Adapted: Properties{{"HistoryId", Bool(true)}}}}), "property HistoryId is B, not I64"},
		{readInformation, NewCustomObject(generated), "no InformationRecord: property MessageData is missing"},
		{readInformation, NewCustomObject(data), "property TimeGenerated is missing"},
		{readInformation, NewCustomObject(data, generated, Property{"ProcessId", Int32(-1)}), "property ProcessId is I64, not U32"},
		{readInformation, NewCustomObject(data, Property{"TimeGenerated", Int32(1)}), "property TimeGenerated is I32, not DT"},
		{readInformational, NewCustomObject(), "no InformationalRecord: property InformationalRecord_Message is missing"},
		{readProgress, NewCustomObject(), "no ProgressRecord: property Activity is missing"},
		{readProgress, (*ProgressRecord)(nil), "not an object"},
	}
	for _, test := range tests {
		err := test.read(test.value)
		var refused *RecordError
		require.ErrorAs(t, err, &refused)
		assert.Contains(t, err.Error(), test.want)
	}
}

func TestOtherRecords(t *testing.T) {
	t.Parallel()
	for _, i := range []*InformationalRecord{
		{Message: "m", Invocation: sampleInvocation(), PipelineIterationInfo: []int32{}},
		{Message: "m"},
	} {
		got, err := ReadInformationalRecord(mustParse(t, mustAppend(t, i.Object(VerboseRecord))))
		require.NoError(t, err)
		assert.Empty(t, difference(i.Object(VerboseRecord), got.Object(VerboseRecord)))
		assert.Equal(t, "m", got.Text())
	}
	i := &InformationRecord{
		MessageData: &Object{Base: String("data")}, Source: "s", TimeGenerated: DateTime{Ticks: 5}, Tags: []string{"PSHOST"},
		User: "u", Computer: "c", ProcessID: 1 << 31, NativeThreadID: 2, ManagedThreadID: 3,
	}
	got, err := ReadInformationRecord(mustParse(t, mustAppend(t, i.Object())))
	require.NoError(t, err)
	assert.Empty(t, difference(i.Object(), got.Object()))
	assert.Equal(t, "data", got.Text())
	_, ok := ReadHostInformationMessage(got.MessageData)
	assert.False(t, ok)

	p := &ProgressRecord{
		Activity: "a", ActivityID: 1, StatusDescription: "s", CurrentOperation: "o", ParentActivityID: 2,
		PercentComplete: 50, SecondsRemaining: 9, Completed: true,
	}
	same, err := ReadProgressRecord(mustParse(t, mustAppend(t, p.Object())))
	require.NoError(t, err)
	assert.Equal(t, p, same)
	same, err = ReadProgressRecord(p)
	require.NoError(t, err)
	assert.Same(t, p, same)
}

func TestNewErrorRecordDepth(t *testing.T) {
	t.Parallel()
	err := errors.New("0")
	for range 2 * maxInnerExceptions {
		err = &ConversionError{Err: err}
	}
	assert.NotEmpty(t, mustAppend(t, NewErrorRecord(err, "id", InvalidData).Object()))
}
