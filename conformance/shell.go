package conformance

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// remote is a shell that a check has made.
type remote struct {
	t            *T
	id, resource string
	created      *answer
	gone         bool // the check has deleted it
}

// cmdBody is the Shell of a command shell (MS-WSMV 2.2.4.37).
func cmdBody(attributes, more string) string {
	return `<rsp:Shell` + attributes + `>` + more +
		`<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>`
}

// create makes a shell that the check's end deletes.
func (t *T) create(r request) *remote {
	r.action = wsman.ActionCreate
	a := t.succeed(r)
	return t.made(a)
}

// made notes the shell of a CreateResponse.
func (t *T) made(a *answer) *remote {
	sh := &remote{t: t, id: createdID(a), resource: a.request.resource, created: a}
	if sh.id == "" {
		t.stop("the answer to the Create names no ShellId")
	}
	t.shells = append(t.shells, sh)
	return sh
}

// createdID is the ShellId in a ResourceCreated.
func createdID(a *answer) string {
	parameters := a.body.Child(wsman.NamespaceTransfer, "ResourceCreated").Child(wsman.NamespaceAddressing, "ReferenceParameters")
	set := parameters.Child(wsman.NamespaceWSMan, "SelectorSet")
	if set == nil {
		return ""
	}
	for _, s := range set.Children {
		if name, _ := s.Attribute("Name"); name == "ShellId" {
			return s.Value()
		}
	}
	return ""
}

// cmd makes a command shell.
func (t *T) cmd() *remote {
	return t.create(request{resource: wsman.ResourceCmd, body: cmdBody("", "")})
}

// request is one to the shell.
func (sh *remote) request(action, body string) request {
	return request{action: action, resource: sh.resource, shell: sh.id, body: body}
}

func commandLine(id, line string, arguments ...string) string {
	var b strings.Builder
	b.WriteString(`<rsp:CommandLine`)
	if id != "" {
		b.WriteString(` CommandId="` + id + `"`)
	}
	b.WriteString(`><rsp:Command>` + escape(line) + `</rsp:Command>`)
	for _, argument := range arguments {
		b.WriteString(`<rsp:Arguments>` + escape(argument) + `</rsp:Arguments>`)
	}
	b.WriteString(`</rsp:CommandLine>`)
	return b.String()
}

// start runs a command line and returns its CommandId.
func (sh *remote) start(line string, arguments ...string) string {
	a := sh.t.succeed(sh.request(wsman.ActionCommand, commandLine("", line, arguments...)))
	id := a.child("CommandResponse", "CommandId").Value()
	if id == "" {
		sh.t.stop("the answer to the Command has no CommandId")
	}
	return id
}

func desired(id, streams string) string {
	attribute := ""
	if id != "" {
		attribute = ` CommandId="` + id + `"`
	}
	return `<rsp:Receive><rsp:DesiredStream` + attribute + `>` + streams + `</rsp:DesiredStream></rsp:Receive>`
}

// output is what has come of a command.
type output struct {
	streams map[string]string
	ended   []string // the streams that ended, in order
	state   string   // the last, without what all have in common
	code    string   // the ExitCode; "" if none came
	answers []*answer
	order   []string // what came, for checks of the order
}

// read adds what an answer has.
func (o *output) read(t *T, a *answer) {
	o.answers = append(o.answers, a)
	response := a.child("ReceiveResponse")
	if response == nil {
		t.stop("the answer to a Receive has no ReceiveResponse")
	}
	for _, e := range response.Children {
		switch {
		case e.Is(wsman.NamespaceShell, "Stream"):
			o.stream(t, e)
		case e.Is(wsman.NamespaceShell, "CommandState"):
			state, _ := e.Attribute("State")
			short, ok := strings.CutPrefix(state, wsman.NamespaceShell+"/CommandState/")
			if !ok {
				t.problem("the State %q is not one of CommandState", state)
			}
			o.state = short
			o.order = append(o.order, short)
			if code := e.Child(wsman.NamespaceShell, "ExitCode"); code != nil {
				o.code = code.Value()
			}
		default:
			t.problem("a ReceiveResponse has the element %s", e.Local)
		}
	}
}

func (o *output) stream(t *T, e *capture.Node) {
	name, _ := e.Attribute("Name")
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(e.Text), ""))
	if err != nil {
		t.problem("a Stream is not base64: %v", err)
	}
	o.streams[name] += string(data)
	if end, _ := e.Attribute("End"); strings.EqualFold(end, "true") {
		o.ended = append(o.ended, name)
		o.order = append(o.order, "end of "+name)
	} else {
		o.order = append(o.order, name)
	}
	if len(o.ended) > 0 && len(data) > 0 && o.ended[len(o.ended)-1] != name {
		for _, ended := range o.ended {
			if ended == name {
				t.problem("there is more of %s after its end", name)
			}
		}
	}
}

// pollTimeout is the OperationTimeout of a Receive of which nobody knows how long
// it takes.
const pollTimeout = 20 * time.Second

// receive asks once; nil where there was nothing in time.
func (sh *remote) receive(o *output, id, streams string) *answer {
	r := sh.request(wsman.ActionReceive, desired(id, streams))
	r.timeout = pollTimeout
	a := sh.t.ask(r)
	if a.fault != nil && a.fault.WSMan.Code == wsman.CodeOperationTimedOut {
		return nil
	}
	if a.fault != nil {
		sh.t.stop("Receive has %s", said(a.fault))
	}
	sh.t.equal("Receive: the Action", wsman.ActionReceive+wsman.ResponseSuffix, a.headerText(wsman.NamespaceAddressing, "Action"))
	sh.t.related(a)
	o.read(sh.t, a)
	return a
}

// maxAnswers bounds how often a check asks for what should come to an end.
const maxAnswers = 500

// collect receives until the command is done.
func (sh *remote) collect(id string) *output {
	o := &output{streams: map[string]string{}}
	for range maxAnswers {
		sh.receive(o, id, "stdout stderr")
		if o.state == "Done" {
			return o
		}
	}
	sh.t.stop("the command is not Done after %d Receives", maxAnswers)
	return nil
}

// terminate ends a command.
func (sh *remote) terminate(id string) {
	sh.t.succeed(sh.request(wsman.ActionSignal, signalBody(id, wsman.SignalTerminate)))
}

func signalBody(id, code string) string {
	return `<rsp:Signal CommandId="` + id + `"><rsp:Code>` + code + `</rsp:Code></rsp:Signal>`
}

func sendBody(id, stream, text string, end bool) string {
	attributes := ` Name="` + stream + `"`
	if id != "" {
		attributes += ` CommandId="` + id + `"`
	}
	if end {
		attributes += ` End="true"`
	}
	return `<rsp:Send><rsp:Stream` + attributes + `>` + base64.StdEncoding.EncodeToString([]byte(text)) + `</rsp:Stream></rsp:Send>`
}

// describe gets the Shell.
func (sh *remote) describe() *answer {
	a := sh.t.succeed(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: sh.id})
	if a.child("Shell") == nil {
		sh.t.stop("the answer to a Get has no Shell")
	}
	return a
}

// delete deletes the shell.
func (sh *remote) delete() *answer {
	a := sh.t.succeed(sh.request(wsman.ActionDelete, ""))
	sh.gone = true
	return a
}
