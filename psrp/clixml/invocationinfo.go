package clixml

// InvocationInfo is how and where a command was called (2.2.3.15.1). In a
// record its properties stand among the record's own, each with the prefix
// InvocationInfo_.
type InvocationInfo struct {
	BoundParameters  Value // an object on a Dictionary
	UnboundArguments Value // an object on a List
	// CommandOrigin is 0 for Runspace, where the user typed it, and 1 for
	// Internal.
	CommandOrigin         int32
	ExpectingInput        bool
	InvocationName        string
	Line                  string // the whole line of the script
	OffsetInLine          int32  // from 1
	ScriptLineNumber      int32  // from 1
	ScriptName            string
	PSScriptRoot          string
	PSCommandPath         string
	PositionMessage       string // all of the place in some lines
	HistoryID             int64
	PipelineLength        int32
	PipelinePosition      int32 // from 1
	PipelineIterationInfo []int32
	Extent                *ScriptExtent // nil: none
	Command               *CommandInfo  // nil: none, or not with what is needed
}

// ScriptExtent is a part of a script file; lines and columns count from 1.
type ScriptExtent struct {
	File                   string
	StartLine, StartColumn int32
	EndLine, EndColumn     int32
}

// CommandInfo is the command that was called (2.2.3.15.1).
type CommandInfo struct {
	Type       CommandType
	Name       string
	Definition string
	Visibility int32 // 0 public, 1 private
}

// CommandType is a set of bits that says what a command is (2.2.3.19).
type CommandType int32

// The types.
const (
	CommandAlias          CommandType = 1
	CommandFunction       CommandType = 2
	CommandFilter         CommandType = 4
	CommandCmdlet         CommandType = 8
	CommandExternalScript CommandType = 16
	CommandApplication    CommandType = 32
	CommandScript         CommandType = 64
	CommandConfiguration  CommandType = 256
)

var commandTypeNames = map[CommandType]string{
	CommandAlias: "Alias", CommandFunction: "Function", CommandFilter: "Filter", CommandCmdlet: "Cmdlet",
	CommandExternalScript: "ExternalScript", CommandApplication: "Application", CommandScript: "Script",
	CommandConfiguration: "Configuration",
}

const automation = "System.Management.Automation."

// append appends the properties, as a record has them.
func (i *InvocationInfo) append(p Properties) Properties {
	origin := "Runspace"
	if i.CommandOrigin != 0 {
		origin = "Internal"
	}
	const prefix = "InvocationInfo_"
	p = append(p, Properties{
		{prefix + "BoundParameters", i.BoundParameters},
		{prefix + "CommandOrigin", NewEnum(automation+"CommandOrigin", origin, Int32(i.CommandOrigin))},
		{prefix + "ExpectingInput", Bool(i.ExpectingInput)},
		{prefix + "InvocationName", String(i.InvocationName)},
		{prefix + "Line", String(i.Line)},
		{prefix + "OffsetInLine", Int32(i.OffsetInLine)},
		{prefix + "HistoryId", Int64(i.HistoryID)},
		{prefix + "PipelineIterationInfo", numbersObject(i.PipelineIterationInfo)},
		{prefix + "PipelineLength", Int32(i.PipelineLength)},
		{prefix + "PipelinePosition", Int32(i.PipelinePosition)},
		{prefix + "PSScriptRoot", String(i.PSScriptRoot)},
		{prefix + "PSCommandPath", textOrNull(i.PSCommandPath)},
		{prefix + "PositionMessage", String(i.PositionMessage)},
		{prefix + "ScriptLineNumber", Int32(i.ScriptLineNumber)},
		{prefix + "ScriptName", String(i.ScriptName)},
		{prefix + "UnboundArguments", i.UnboundArguments},
	}...)
	if x := i.Extent; x != nil {
		p = append(p, Properties{
			{"ScriptExtent_File", textOrNull(x.File)},
			{"ScriptExtent_StartLineNumber", Int32(x.StartLine)},
			{"ScriptExtent_StartColumnNumber", Int32(x.StartColumn)},
			{"ScriptExtent_EndLineNumber", Int32(x.EndLine)},
			{"ScriptExtent_EndColumnNumber", Int32(x.EndColumn)},
		}...)
	}
	p = append(p, Property{"SerializeExtent", Bool(i.Extent != nil)})
	if c := i.Command; c != nil {
		visibility := "Public"
		if c.Visibility != 0 {
			visibility = "Private"
		}
		p = append(p, Properties{
			{"CommandInfo_CommandType", NewEnum(automation+"CommandTypes", commandTypeNames[c.Type], Int32(c.Type))},
			{"CommandInfo_Definition", String(c.Definition)},
			{"CommandInfo_Name", String(c.Name)},
			{"CommandInfo_Visibility", NewEnum(automation+"SessionStateEntryVisibility", visibility, Int32(c.Visibility))},
		}...)
	}
	return p
}

// readInvocation reads the properties of an object: with the prefix those that
// a record has, without it those of an InvocationInfo that PowerShell writes as
// any other object.
func readInvocation(outer *recordReader, prefix string) *InvocationInfo {
	r := &recordReader{record: outer.record, object: outer.object, prefix: prefix}
	i := &InvocationInfo{
		BoundParameters:       r.get("BoundParameters", "", false),
		UnboundArguments:      r.get("UnboundArguments", "", false),
		ExpectingInput:        r.boolean("ExpectingInput", false),
		InvocationName:        r.text("InvocationName", false),
		Line:                  r.text("Line", false),
		OffsetInLine:          r.number("OffsetInLine", false, 0),
		ScriptLineNumber:      r.number("ScriptLineNumber", false, 0),
		ScriptName:            r.text("ScriptName", false),
		PSScriptRoot:          r.text("PSScriptRoot", false),
		PSCommandPath:         r.text("PSCommandPath", false),
		PositionMessage:       r.text("PositionMessage", false),
		HistoryID:             r.long("HistoryId", false, 0),
		PipelineLength:        r.number("PipelineLength", false, 0),
		PipelinePosition:      r.number("PipelinePosition", false, 0),
		PipelineIterationInfo: r.numbers("PipelineIterationInfo"),
	}
	if name, isText := Base(r.get("CommandOrigin", "", false)).(String); !isText {
		i.CommandOrigin = r.number("CommandOrigin", false, 0)
	} else if name == "Internal" {
		i.CommandOrigin = 1
	}
	r.prefix = ""
	if r.boolean("SerializeExtent", false) {
		i.Extent = &ScriptExtent{
			File:        r.text("ScriptExtent_File", false),
			StartLine:   r.number("ScriptExtent_StartLineNumber", false, 0),
			StartColumn: r.number("ScriptExtent_StartColumnNumber", false, 0),
			EndLine:     r.number("ScriptExtent_EndLineNumber", false, 0),
			EndColumn:   r.number("ScriptExtent_EndColumnNumber", false, 0),
		}
	}
	if !isNil(r.get("CommandInfo_CommandType", "", false)) {
		i.Command = &CommandInfo{
			Type:       CommandType(r.number("CommandInfo_CommandType", true, 0)),
			Name:       r.text("CommandInfo_Name", false),
			Definition: r.text("CommandInfo_Definition", false),
			Visibility: r.number("CommandInfo_Visibility", false, 0),
		}
	}
	if r.err != nil {
		outer.fail(r.err)
	}
	return i
}
