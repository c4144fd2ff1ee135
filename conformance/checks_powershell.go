package conformance

import (
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
)

var powershellChecks = []Check{
	{Name: "powershell/create", Section: "MS-WSMV 3.1.4.5.2", run: func(t *T) {
		p := t.powershell("<rsp:IdleTimeOut>PT240S</rsp:IdleTimeOut>")
		a := p.created
		for name, value := range map[string]string{
			"ResourceUri": t.uri(), "InputStreams": "stdin pr", "OutputStreams": "stdout", "State": "Connected", "BufferMode": "Block",
			"IdleTimeOut": "PT240.000S", "Locale": "en-US", "DataLocale": "en-US", "CompressionMode": "NoCompression", "Encoding": "UTF8",
		} {
			t.equal("the "+name, value, a.field(name))
		}
		if text := a.field("MaxIdleTimeOut"); !secondsForm.MatchString(text) {
			t.problem("the MaxIdleTimeOut is %q, not as PT2147483.647S", text)
		}
	}},
	{Name: "powershell/open", Section: "MS-PSRP 3.2.5.4.1", run: func(t *T) {
		types := t.powershell("").open()
		t.equal("what comes first", psrp.MessageSessionCapability.String(), types[0].String())
		data, state := slices.Index(types, psrp.MessageApplicationPrivateData), slices.Index(types, psrp.MessageRunspacePoolState)
		if data < 0 || data > state {
			t.problem("the APPLICATION_PRIVATE_DATA does not come before the RUNSPACEPOOL_STATE")
		}
	}},
	{Name: "powershell/output", Section: "MS-PSRP 3.2.5.4.19", run: func(t *T) {
		p := t.powershell("")
		p.open()
		o, messages, objects := p.results(p.pipeline("'some words'"))
		t.equal("the output", "<S>some words</S>", objects)
		t.equal("the ExitCode", "0", o.code)
		p.completed(messages, psrp.PSInvocationCompleted)
		if len(o.ended) > 0 {
			t.problem("a stream of a pipeline has an End")
		}
	}},
	{Name: "powershell/input", Section: "MS-PSRP 3.2.5.4.17", run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		t.succeed(p.request(wsman.ActionSend, p.input(id, "<S>one</S>", "<S>two</S>")))
		_, _, objects := p.results(id)
		t.equal("the output", "<S>one</S><S>two</S>", objects)
	}},
	{Name: "powershell/stop", Section: "MS-PSRP 3.2.5.3.9", run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		t.succeed(p.request(wsman.ActionSignal, signalBody(id, wsman.SignalPowerShellStop)))
		_, messages, _ := p.results(id)
		p.completed(messages, psrp.PSInvocationStopped)
	}},
	{Name: "powershell/command-id", Section: "MS-PSRP 3.1.5.3.3", run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		a := t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		t.equal("the CommandId", id, a.child("CommandResponse", "CommandId").Value())
		t.refused(p.request(wsman.ActionCommand, p.pipelineBody(id, "1", true)), wantSameCommand)
	}},
	{Name: "powershell/arguments", Section: "MS-PSRP 3.1.5.3.3", run: func(t *T) {
		p := t.powershell("")
		p.open()
		t.refused(p.request(wsman.ActionCommand, commandLine(newID(), "")), wantArguments)
	}},
	{Name: "powershell/input-stream", Section: "MS-PSRP 3.1.5.3.5", run: func(t *T) {
		p := t.powershell("")
		p.open()
		t.refused(p.request(wsman.ActionSend, sendBody("", "other", "x", false)), wantInputStream)
	}},
	{Name: "powershell/input-not-base64", Section: "MS-PSRP 3.2.5.3.5", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		t.refused(p.request(wsman.ActionSend, `<rsp:Send><rsp:Stream Name="stdin">????</rsp:Stream></rsp:Send>`), wantInputType)
	}},
	{Name: "powershell/other-stream", Section: "MS-PSRP 3.1.5.3.7", run: func(t *T) {
		t.refused(t.powershell("").request(wsman.ActionReceive, desired("", "stderr")), wantOutputStream)
	}},
	{Name: "powershell/unknown-command", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		t.refused(t.powershell("").request(wsman.ActionReceive, desired(newID(), "stdout")), wantUnexpected)
	}},
	{Name: "powershell/foreign-session", Section: "MS-WSMV 3.1.4.1.37", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		r := p.request(wsman.ActionReceive, desired("", "stdout"))
		r.session = newID()
		t.refused(r, wantOtherClient)
	}},
}

var bufferChecks = []Check{
	{Name: "buffer/block", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		t.equal("the BufferMode", "Block", t.powershell("<rsp:BufferMode>Block</rsp:BufferMode>").describe().field("BufferMode"))
	}},
	{Name: "buffer/drop", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		t.equal("the BufferMode", "Drop", t.powershell("<rsp:BufferMode>Drop</rsp:BufferMode>").describe().field("BufferMode"))
	}},
	{Name: "buffer/disconnect", Section: "MS-WSMV 2.2.4.15", run: func(t *T) {
		p := t.powershell("")
		t.succeed(p.request(wsman.ActionDisconnect, "<rsp:Disconnect><rsp:BufferMode>Drop</rsp:BufferMode></rsp:Disconnect>"))
		t.equal("the BufferMode", "Drop", p.describe().field("BufferMode"))
	}},
	{Name: "buffer/kept", Section: "MS-WSMV 3.1.4.15", run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		t.succeed(p.request(wsman.ActionSend, p.input(id, "<S>kept</S>")))
		t.succeed(p.request(wsman.ActionDisconnect, "<rsp:Disconnect/>"))
		t.succeed(p.request(wsman.ActionReconnect, ""))
		t.succeed(p.request(wsman.ActionReconnect, `<rsp:Reconnect CommandId="`+id+`"/>`))
		_, _, objects := p.results(id)
		t.equal("the output", "<S>kept</S>", objects)
	}},
}

// state is a shell's State as its Get has it.
func (sh *remote) state() string { return strings.TrimSpace(sh.describe().field("State")) }
