package conformance

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
)

// pool is a PowerShell shell, and what its client keeps of it.
type pool struct {
	*remote
	guid   psrp.GUID
	object uint64
	parts  map[string]*psrp.Defragmenter
}

// uri is the resource of PowerShell shells.
func (t *T) uri() string { return wsman.ResourcePowerShellPrefix + t.config.PowerShell }

// protocolVersion is the option that a Create must have (MS-PSRP 3.1.5.3.1).
var protocolVersion = []wsman.Option{{Name: "protocolversion", Value: "2.3", MustComply: true}}

// The CLIXML of a client's messages (MS-PSRP 2.2.2), in the form in which pypsrp
// was recorded sending it.
const (
	initRunspacePool = `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">1</I32>` +
		`<Obj N="PSThreadOptions" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>` +
		enumTypes + `<ToString>Default</ToString><I32>0</I32></Obj>` +
		`<Obj N="ApartmentState" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.ApartmentState</T>` +
		enumTypes + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` + hostInfo + `<Nil N="ApplicationArguments"/></MS></Obj>`
	enumTypes = `<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN>`
	hostInfo  = `<Obj N="HostInfo" RefId="3"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>` +
		`<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj>`
)

// pipelineXML is a CREATE_PIPELINE of one script (MS-PSRP 2.2.2.10).
func pipelineXML(script string, noInput bool) string {
	return `<Obj RefId="0"><MS><B N="NoInput">` + strconv.FormatBool(noInput) + `</B>` +
		`<Obj N="ApartmentState" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.ApartmentState</T>` +
		enumTypes + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` +
		`<Obj N="RemoteStreamOptions" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.RemoteStreamOptions</T>` +
		enumTypes + `<ToString>AddInvocationInfo</ToString><I32>15</I32></Obj><B N="AddToHistory">false</B>` + hostInfo +
		`<Obj N="PowerShell" RefId="4"><MS><B N="IsNested">false</B><Nil N="ExtraCmds"/><Obj N="Cmds" RefId="5">` +
		`<TN RefId="2"><T>System.Collections.Generic.List` + "`" + `1[[System.Management.Automation.PSObject, System.Management.Automation, ` +
		`Version=1.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]</T><T>System.Object</T></TN><LST><Obj RefId="6"><MS><S N="Cmd">` +
		escape(script) + `</S><B N="IsScript">true</B><Nil N="UseLocalScope"/>` +
		`<Obj N="MergeMyResult" RefId="7"><TN RefId="3"><T>System.Management.Automation.Runspaces.PipelineResultTypes</T>` +
		enumTypes + `<ToString>None</ToString><I32>0</I32></Obj>` +
		merge("MergeToResult", "8") + merge("MergePreviousResults", "9") + `<Obj N="Args" RefId="10"><TNRef RefId="2"/><LST/></Obj>` +
		merge("MergeError", "11") + merge("MergeWarning", "12") + merge("MergeVerbose", "13") +
		merge("MergeDebug", "14") + merge("MergeInformation", "15") + `</MS></Obj></LST></Obj>` +
		`<Nil N="History"/><B N="RedirectShellErrorOutputPipe">false</B></MS></Obj><B N="IsNested">false</B></MS></Obj>`
}

func merge(name, refID string) string {
	return `<Obj N="` + name + `" RefId="` + refID + `"><TNRef RefId="3"/><ToString>None</ToString><I32>0</I32></Obj>`
}

// message is the fragments of a message of the client.
func (p *pool) message(kind psrp.MessageType, pipeline psrp.GUID, data []byte) []byte {
	p.object++
	m := psrp.Message{
		MessageHeader: psrp.MessageHeader{
			Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: p.guid, PipelineID: pipeline,
		},
		Data: data,
	}
	return psrp.AppendFragments(nil, p.object, m.Append(nil), 0)
}

// capability is the client's SESSION_CAPABILITY: a server's has all that one has.
func (p *pool) capability() []byte {
	return p.message(psrp.MessageSessionCapability, psrp.GUID{}, []byte(
		`<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0</Version>`+
			`<Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>`))
}

// newPool is a pool that is not there yet, and its Create.
func (t *T) newPool(more string) (*pool, request) { return t.newPoolOf(t.uri(), more) }

// newPoolOf is newPool for another session configuration.
func (t *T) newPoolOf(uri, more string) (*pool, request) {
	id := newID()
	guid, _ := psrp.ParseGUID(id)
	p := &pool{guid: guid, remote: &remote{t: t, id: id, resource: uri}, parts: map[string]*psrp.Defragmenter{}}
	content := append(p.capability(), p.message(psrp.MessageInitRunspacePool, psrp.GUID{}, []byte(initRunspacePool))...)
	body := `<rsp:Shell ShellId="` + id + `">` + more + `<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>` +
		`<creationXml xmlns="` + wsman.NamespacePowerShell + `">` + base64.StdEncoding.EncodeToString(content) + `</creationXml></rsp:Shell>`
	return p, request{action: wsman.ActionCreate, resource: uri, body: body, options: protocolVersion}
}

// powershell opens a PowerShell shell; more are elements of its Shell.
func (t *T) powershell(more string) *pool {
	p, r := t.newPool(more)
	p.remote = t.create(r)
	return p
}

// pipeline runs a script and returns the CommandId.
func (p *pool) pipeline(script string) string {
	id := newID()
	p.t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, script, true)))
	return id
}

func (p *pool) pipelineBody(id, script string, noInput bool) string {
	guid, _ := psrp.ParseGUID(id)
	content := p.message(psrp.MessageCreatePipeline, guid, []byte(pipelineXML(script, noInput)))
	return commandLine(id, "", base64.StdEncoding.EncodeToString(content))
}

// input ends a pipeline's input, which has what is given in CLIXML.
func (p *pool) input(id string, objects ...string) string {
	guid, _ := psrp.ParseGUID(id)
	var content []byte
	for _, o := range objects {
		content = append(content, p.message(psrp.MessagePipelineInput, guid, []byte(o))...)
	}
	content = append(content, p.message(psrp.MessageEndOfPipelineInput, guid, nil)...)
	return sendBody(id, "stdin", string(content), false)
}

// messages reads what has come of a stream; "" is the pool's own.
func (p *pool) messages(id string, o *output) []psrp.Message {
	if p.parts[id] == nil {
		p.parts[id] = &psrp.Defragmenter{}
	}
	var all []psrp.Message
	rest := []byte(o.streams["stdout"])
	o.streams["stdout"] = ""
	if len(rest) == 0 {
		return nil
	}
	for fragment, err := range psrp.Fragments(rest) {
		if err != nil {
			p.t.stop("the stream is not of PSRP's fragments: %v", err)
		}
		m, done, err := p.parts[id].Add(fragment.Header, fragment.Blob)
		if err != nil {
			p.t.stop("what came is no message of PSRP: %v", err)
		}
		if done {
			all = append(all, m)
		}
	}
	return all
}

// open receives until the pool is opened, and returns what came.
func (p *pool) open() (types []psrp.MessageType) {
	o := &output{streams: map[string]string{}}
	for range maxAnswers {
		p.receive(o, "", "stdout")
		for _, m := range p.messages("", o) {
			types = append(types, m.Type)
			if m.Type == psrp.MessageRunspacePoolState {
				p.checkState("RunspacePoolState", m, int(psrp.RunspacePoolOpened))
				return types
			}
		}
	}
	p.t.stop("the pool is not opened after %d Receives", maxAnswers)
	return nil
}

func (p *pool) checkState(what string, m psrp.Message, want int) {
	if got, err := psrp.ParseState(m.Data); err != nil || got != want {
		p.t.problem("the %s is %d, not %d (%v)", what, got, want, err)
	}
}

// results receives until a pipeline is done: what came, and the objects that it
// has put out.
func (p *pool) results(id string) (o *output, messages []psrp.Message, objects string) {
	o = &output{streams: map[string]string{}}
	for range maxAnswers {
		p.receive(o, id, "stdout")
		messages = append(messages, p.messages(id, o)...)
		if o.state == "Done" {
			var texts []string
			for _, m := range messages {
				if m.Type == psrp.MessagePipelineOutput {
					texts = append(texts, strings.TrimPrefix(string(m.Data), "\ufeff"))
				}
			}
			return o, messages, strings.Join(texts, "")
		}
	}
	p.t.stop("the pipeline is not Done after %d Receives", maxAnswers)
	return nil, nil, ""
}

// completed checks that a pipeline's last message says how it ended.
func (p *pool) completed(messages []psrp.Message, state psrp.PSInvocationState) {
	if len(messages) == 0 || messages[len(messages)-1].Type != psrp.MessagePipelineState {
		p.t.problem("the last message of the pipeline is not its PIPELINE_STATE")
		return
	}
	p.checkState("PipelineState", messages[len(messages)-1], int(state))
}

// connectBody is a Connect of the pool by a new client (MS-PSRP 3.1.5.3.14).
func (p *pool) connectBody() string {
	p.object = 0
	content := append(p.capability(), p.message(psrp.MessageConnectRunspacePool, psrp.GUID{}, []byte(`<S></S>`))...)
	return `<rsp:Connect><connectXml xmlns="` + wsman.NamespacePowerShell + `">` +
		base64.StdEncoding.EncodeToString(content) + `</connectXml></rsp:Connect>`
}

// has reports whether a message of a kind came.
func has(messages []psrp.MessageType, kind psrp.MessageType) bool {
	return slices.Contains(messages, kind)
}
