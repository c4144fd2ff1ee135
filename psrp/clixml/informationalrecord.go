package clixml

// InformationalRecord is a message of the streams Debug, Verbose and Warning
// (2.2.3.16).
type InformationalRecord struct {
	Message               string
	Invocation            *InvocationInfo // nil: none is written
	PipelineIterationInfo []int32
}

// The types of InformationalRecords.
const (
	WarningRecord = automation + "WarningRecord"
	VerboseRecord = automation + "VerboseRecord"
	DebugRecord   = automation + "DebugRecord"
)

// Text returns the message.
func (i *InformationalRecord) Text() string { return i.Message }

// Object returns the record as PowerShell serializes it. typeName is one of the
// types above.
func (i *InformationalRecord) Object(typeName string) *Object {
	p := Properties{
		{"InformationalRecord_Message", String(i.Message)},
		{"InformationalRecord_SerializeInvocationInfo", Bool(i.Invocation != nil)},
	}
	if i.Invocation != nil {
		iteration := i.PipelineIterationInfo
		if iteration == nil {
			iteration = []int32{} // PowerShell takes no null here
		}
		p = append(i.Invocation.append(p), Property{"InformationalRecord_PipelineIterationInfo", numbersObject(iteration)})
	}
	return &Object{
		TypeNames: []string{typeName, automation + "InformationalRecord", "System.Object"},
		ToString:  &i.Message,
		Extended:  p,
	}
}

// ReadInformationalRecord reads a record. Only its message must be there. The
// error is a *RecordError.
func ReadInformationalRecord(v Value) (*InformationalRecord, error) {
	r := recordReader{record: "InformationalRecord"}
	r.begin(v)
	i := &InformationalRecord{
		Message:               r.text("InformationalRecord_Message", true),
		PipelineIterationInfo: r.numbers("InformationalRecord_PipelineIterationInfo"),
	}
	if r.boolean("InformationalRecord_SerializeInvocationInfo", false) {
		i.Invocation = readInvocation(&r, "InvocationInfo_")
	}
	if r.err != nil {
		return nil, r.err
	}
	return i, nil
}
