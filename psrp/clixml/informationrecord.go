package clixml

import "slices"

// InformationRecord is what Write-Information and, since PowerShell 5,
// Write-Host write (2.2.3.25).
type InformationRecord struct {
	MessageData     Value // what was written; of Write-Host a HostInformationMessage
	Source          string
	TimeGenerated   DateTime
	Tags            []string // of Write-Host PSHOST
	User            string
	Computer        string
	ProcessID       uint32
	NativeThreadID  uint32
	ManagedThreadID uint32
}

// Text returns what was written, for people.
func (i *InformationRecord) Text() string { return Text(i.MessageData) }

// Object returns the record as a message INFORMATION_RECORD (2.2.2.26) holds it.
func (i *InformationRecord) Object() *Object {
	tags := List{}
	for _, tag := range i.Tags {
		tags = append(tags, String(tag))
	}
	return &Object{Extended: Properties{
		{"MessageData", i.MessageData},
		{"Source", String(i.Source)},
		{"TimeGenerated", i.TimeGenerated},
		{"Tags", tags},
		{"User", String(i.User)},
		{"Computer", String(i.Computer)},
		{"ProcessId", UInt32(i.ProcessID)},
		{"NativeThreadId", UInt32(i.NativeThreadID)},
		{"ManagedThreadId", UInt32(i.ManagedThreadID)},
	}}
}

// ReadInformationRecord reads a record, in the form of a message or as
// PowerShell serializes the object. Only MessageData and TimeGenerated must be
// there. The error is a *RecordError.
func ReadInformationRecord(v Value) (*InformationRecord, error) {
	r := recordReader{record: "InformationRecord"}
	r.begin(v)
	i := &InformationRecord{
		MessageData:     r.get("MessageData", "", true),
		Source:          r.text("Source", false),
		User:            r.text("User", false),
		Computer:        r.text("Computer", false),
		ProcessID:       r.unsigned("ProcessId"),
		NativeThreadID:  r.unsigned("NativeThreadId"),
		ManagedThreadID: r.unsigned("ManagedThreadId"),
	}
	generated := r.get("TimeGenerated", "DT", true)
	var ok bool
	if i.TimeGenerated, ok = Base(generated).(DateTime); !ok {
		r.wrong("TimeGenerated", "DT", generated)
	}
	for _, tag := range r.list("Tags") {
		i.Tags = append(i.Tags, Text(tag))
	}
	if r.err != nil {
		return nil, r.err
	}
	return i, nil
}

// HostInformationMessage is what Write-Host puts into an InformationRecord.
type HostInformationMessage struct {
	Message   string
	NoNewLine bool
	// ForegroundColor and BackgroundColor are numbers of System.ConsoleColor;
	// nil for the host's own.
	ForegroundColor, BackgroundColor *int32
}

const hostInformationMessage = automation + "HostInformationMessage"

// consoleColors are the names of System.ConsoleColor in their order.
var consoleColors = [...]string{
	"Black", "DarkBlue", "DarkGreen", "DarkCyan", "DarkRed", "DarkMagenta", "DarkYellow", "Gray",
	"DarkGray", "Blue", "Green", "Cyan", "Red", "Magenta", "Yellow", "White",
}

// ReadHostInformationMessage reads the MessageData of a Write-Host; ok is false
// if v is something else.
func ReadHostInformationMessage(v Value) (m HostInformationMessage, ok bool) {
	o, isObject := v.(*Object)
	if !isObject || !o.Is(hostInformationMessage) {
		return m, false
	}
	r := recordReader{record: hostInformationMessage, object: o}
	m.Message = r.text("Message", true)
	m.NoNewLine = r.boolean("NoNewLine", false)
	color := func(name string) *int32 {
		v := r.get(name, "", false)
		if isNil(v) {
			return nil
		}
		// Servers write an enumeration within an object within an object as its name.
		if text, ok := Base(v).(String); ok {
			n := slices.Index(consoleColors[:], string(text))
			if n < 0 {
				r.wrong(name, "ConsoleColor", v)
			}
			return new(int32(n))
		}
		return new(r.number(name, false, 0))
	}
	m.ForegroundColor, m.BackgroundColor = color("ForegroundColor"), color("BackgroundColor")
	return m, r.err == nil
}
