package psrpclient

import (
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// The CLIXML of a client's messages, as pypsrp was captured sending it.
const (
	capability = `<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version>` +
		`<Version N="PSVersion">2.0</Version><Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>`

	initRunspacePool = `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">` + maxRunspaces + `</I32>` +
		`<Obj N="PSThreadOptions" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>` +
		enumTypes + `<ToString>Default</ToString><I32>0</I32></Obj>` +
		`<Obj N="ApartmentState" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.ApartmentState</T>` +
		enumTypes + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` + hostInfo + `<Nil N="ApplicationArguments" /></MS></Obj>`

	connectRunspacePool = `<S />`

	// maxRunspaces lets a few pipelines run at the same time.
	maxRunspaces = "4"

	enumTypes = `<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN>`
	hostInfo  = `<Obj N="HostInfo" RefId="3"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>` +
		`<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj>`
)

// createPipeline is a CREATE_PIPELINE of one script (MS-PSRP 2.2.2.10) in
// three parts: NoInput and the script's text go between them.
var createPipeline = [3]string{
	`<Obj RefId="0"><MS><B N="NoInput">`,
	`</B><Obj N="ApartmentState" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.ApartmentState</T>` +
		enumTypes + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` +
		`<Obj N="RemoteStreamOptions" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.RemoteStreamOptions</T>` +
		enumTypes + `<ToString>AddInvocationInfo</ToString><I32>15</I32></Obj><B N="AddToHistory">false</B>` + hostInfo +
		`<Obj N="PowerShell" RefId="4"><MS><B N="IsNested">false</B><Nil N="ExtraCmds" /><Obj N="Cmds" RefId="5">` +
		`<TN RefId="2"><T>System.Collections.Generic.List` + "`" + `1[[System.Management.Automation.PSObject, System.Management.Automation, ` +
		`Version=1.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]</T><T>System.Object</T></TN><LST><Obj RefId="6"><MS><S N="Cmd">`,
	`</S><B N="IsScript">true</B><Nil N="UseLocalScope" /><Obj N="MergeMyResult" RefId="7"><TN RefId="3">` +
		`<T>System.Management.Automation.Runspaces.PipelineResultTypes</T>` + enumTypes + `<ToString>None</ToString><I32>0</I32></Obj>` +
		merge("MergeToResult", "8") + merge("MergePreviousResults", "9") +
		`<Obj N="Args" RefId="10"><TNRef RefId="2" /><LST /></Obj>` +
		merge("MergeError", "11") + merge("MergeWarning", "12") + merge("MergeVerbose", "13") +
		merge("MergeDebug", "14") + merge("MergeInformation", "15") +
		`</MS></Obj></LST></Obj><Nil N="History" /><B N="RedirectShellErrorOutputPipe">false</B></MS></Obj>` +
		`<B N="IsNested">false</B></MS></Obj>`,
}

func merge(name, refID string) string {
	return `<Obj N="` + name + `" RefId="` + refID + `"><TNRef RefId="3" /><ToString>None</ToString><I32>0</I32></Obj>`
}

// pipelineDocument is the CREATE_PIPELINE for a script. takesInput says that
// PIPELINE_INPUT follows.
func pipelineDocument(script string, takesInput bool) string {
	noInput := "true"
	if takesInput {
		noInput = "false"
	}
	var b strings.Builder
	b.WriteString(createPipeline[0])
	b.WriteString(noInput)
	b.WriteString(createPipeline[1])
	b.Write(wsman.AppendEscaped(nil, script))
	b.WriteString(createPipeline[2])
	return b.String()
}
