package conformance

import (
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// toShell are the operations of a shell, with bodies that would do.
func toShell(sh *remote, command string) []request {
	return []request{
		sh.request(wsman.ActionCommand, commandLine("", "echo", "x")),
		sh.request(wsman.ActionSend, sendBody(command, "stdin", "x", false)),
		sh.request(wsman.ActionReceive, desired(command, "stdout stderr")),
		sh.request(wsman.ActionSignal, signalBody(command, wsman.SignalTerminate)),
	}
}

var commandChecks = []Check{
	{Name: "command/output", Section: "MS-WSMV 3.1.4.11", run: func(t *T) {
		sh := t.cmd()
		o := sh.collect(sh.start("echo", "some", "words"))
		t.equal("stdout", "some words", strings.TrimSpace(o.streams["stdout"]))
		t.equal("stderr", "", o.streams["stderr"])
		t.equal("the ExitCode", "0", o.code)
	}},
	{Name: "command/exit-code", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		sh := t.cmd()
		t.equal("the ExitCode", "3", sh.collect(sh.start("exit", "3")).code)
	}},
	{Name: "command/id", Section: "MS-WSMV 2.2.4.8", run: func(t *T) {
		sh := t.cmd()
		if id := sh.start("echo", "x"); !guidForm.MatchString(strings.ToUpper(id)) {
			t.problem("the CommandId %q is not a GUID", id)
		}
	}},
	{Name: "command/no-program", Section: "MS-WSMV 3.1.4.11", run: func(t *T) {
		sh := t.cmd()
		r := sh.request(wsman.ActionCommand, commandLine("", "conformance-is-not-there"))
		r.options = []wsman.Option{{Name: "WINRS_SKIP_CMD_SHELL", Value: "TRUE"}}
		t.refused(r, wantNoProgram)
	}},
	{Name: "command/too-long", Section: "MS-WSMV 3.1.4.11", Inferred: true, run: func(t *T) {
		r := t.cmd().request(wsman.ActionCommand, commandLine("", "echo", strings.Repeat("long ", 10_000)))
		r.options = []wsman.Option{{Name: "WINRS_SKIP_CMD_SHELL", Value: "TRUE"}}
		t.refused(r, wantTooLong)
	}},
	{Name: "command/no-directory", Section: "MS-WSMV 2.2.4.37", Inferred: true, run: func(t *T) {
		r := createCmd("", "<rsp:WorkingDirectory>conformance-is-not-there</rsp:WorkingDirectory>")
		a := t.ask(r)
		if a.fault == nil { // it may be looked for when a command is to run in it
			a = t.ask(t.made(a).request(wsman.ActionCommand, commandLine("", "echo", "x")))
		}
		t.isFault(a, wantNoDirectory)
	}},
	{Name: "command/no-command-line", Section: "MS-WSMV 3.1.4.11", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionCommand, ""), wantSchema)
	}},
	{Name: "command/no-guid", Section: "MS-WSMV 2.2.4.7", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionCommand, commandLine("mine", "echo", "x")), wantCommandID)
	}},
	{Name: "command/at-once", Section: "MS-WSMV 3.1.4.11", run: func(t *T) {
		sh := t.cmd()
		one, two := sh.start("sort"), sh.start("echo", "second")
		t.equal("stdout of the second", "second", strings.TrimSpace(sh.collect(two).streams["stdout"]))
		t.succeed(sh.request(wsman.ActionSend, sendBody(one, "stdin", "first\n", true)))
		t.equal("stdout of the first", "first", strings.TrimSpace(sh.collect(one).streams["stdout"]))
	}},
	{Name: "command/no-selector", Section: "MS-WSMV 3.1.4.11", Inferred: true, run: func(t *T) {
		r := t.cmd().request(wsman.ActionCommand, commandLine("", "echo", "x"))
		r.shell = ""
		t.refused(r, wantNoSelector)
	}},
	{Name: "command/unknown-shell", Section: "MS-WSMV 3.1.4.11", run: func(t *T) {
		nowhere := &remote{t: t, id: newID(), resource: wsman.ResourceCmd}
		for _, r := range toShell(nowhere, newID()) {
			t.refused(r, wantUnexpected)
		}
	}},
}

var sendChecks = []Check{
	{Name: "send/input", Section: "MS-WSMV 3.1.4.13", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		if t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", "b\nc\n", false))).child("SendResponse") == nil {
			t.problem("the answer has no SendResponse")
		}
		t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", "a\n", true)))
		t.equal("stdout", "a b c", strings.Join(strings.Fields(sh.collect(id).streams["stdout"]), " "))
	}},
	{Name: "send/end-alone", Section: "MS-WSMV 3.1.4.13", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", "x\n", false)))
		t.succeed(sh.request(wsman.ActionSend, strings.Replace(sendBody(id, "stdin", "", true), `"true"`, `"True"`, 1)))
		t.equal("stdout", "x", strings.TrimSpace(sh.collect(id).streams["stdout"]))
	}},
	{Name: "send/unknown-command", Section: "MS-WSMV 3.1.4.13", run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionSend, sendBody(newID(), "stdin", "x", false)), wantUnexpected)
	}},
	{Name: "send/no-send", Section: "MS-WSMV 2.2.4.32", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionSend, ""), wantSchema)
	}},
	{Name: "send/no-stream", Section: "MS-WSMV 2.2.4.32", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionSend, "<rsp:Send></rsp:Send>"), wantSchema)
	}},
}

var receiveChecks = []Check{
	{Name: "receive/order", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		sh := t.cmd()
		order := sh.collect(sh.start("echo", "x")).order
		end := order[max(0, len(order)-3):]
		t.equal("what comes last", "end of stdout, end of stderr, Done", strings.Join(end, ", "))
	}},
	{Name: "receive/command-id", Section: "MS-WSMV 2.2.4.27", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("echo", "x")
		for _, a := range sh.collect(id).answers {
			for _, e := range a.child("ReceiveResponse").Children {
				got, _ := e.Attribute("CommandId")
				t.equal("the CommandId of a "+e.Local, strings.ToUpper(id), strings.ToUpper(got))
			}
		}
	}},
	{Name: "receive/timed-out", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		r := sh.request(wsman.ActionReceive, desired(id, "stdout stderr"))
		r.timeout = time.Second
		began := time.Now()
		t.refused(r, wantTimedOut)
		if took := time.Since(began); took < 900*time.Millisecond {
			t.problem("the Receive ended after %v, before its OperationTimeout of 1 s", took)
		}
	}},
	{Name: "receive/after-timed-out", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		r := sh.request(wsman.ActionReceive, desired(id, "stdout stderr"))
		r.timeout = time.Second
		t.ask(r)
		t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", "late\n", true)))
		t.equal("stdout", "late", strings.TrimSpace(sh.collect(id).streams["stdout"]))
	}},
	{Name: "receive/envelope-size", Section: "DSP0226 6.2", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		line := strings.Repeat("0123456789abcdef", 200) + "\n"
		for i := range 20 {
			t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", line, i == 19)))
		}
		o := &output{streams: map[string]string{}}
		for i := 0; o.state != "Done" && i < maxAnswers; i++ {
			r := sh.request(wsman.ActionReceive, desired(id, "stdout stderr"))
			r.headers = map[string]string{"MaxEnvelopeSize": `<w:MaxEnvelopeSize>16384</w:MaxEnvelopeSize>`}
			a := t.ask(r)
			if a.fault != nil {
				continue
			}
			o.read(t, a)
			if len(a.text) > 16384 {
				t.problem("an answer has %d bytes; the client takes 16384", len(a.text))
			}
		}
		if got := len(strings.Join(strings.Fields(o.streams["stdout"]), "")); got != 20*3200 {
			t.problem("%d bytes of the output have come, not %d", got, 20*3200)
		}
	}},
}

var receiveFaultChecks = []Check{
	{Name: "receive/unknown-command", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionReceive, desired(newID(), "stdout stderr")), wantUnexpected)
	}},
	{Name: "receive/no-command", Section: "MS-WSMV 3.1.4.14", run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionReceive, desired("", "stdout stderr")), wantParameter)
	}},
	{Name: "receive/unknown-stream", Section: "MS-WSMV 3.1.4.14", Inferred: true, run: func(t *T) {
		sh := t.cmd()
		t.refused(sh.request(wsman.ActionReceive, desired(sh.start("sort"), "stdother")), wantParameter)
	}},
	{Name: "receive/no-desired-stream", Section: "MS-WSMV 2.2.4.26", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionReceive, "<rsp:Receive></rsp:Receive>"), wantSchema)
	}},
}

var signalChecks = []Check{
	{Name: "signal/terminate", Section: "MS-WSMV 3.1.4.12", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("echo", "x")
		sh.collect(id)
		if t.succeed(sh.request(wsman.ActionSignal, signalBody(id, wsman.SignalTerminate))).child("SignalResponse") == nil {
			t.problem("the answer has no SignalResponse")
		}
		t.refused(sh.request(wsman.ActionReceive, desired(id, "stdout stderr")), wantUnexpected)
	}},
	{Name: "signal/ctrl-c", Section: "MS-WSMV 2.2.4.38", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		t.succeed(sh.request(wsman.ActionSignal, signalBody(id, wsman.SignalCtrlC)))
		for range maxAnswers {
			a := t.ask(sh.request(wsman.ActionReceive, desired(id, "stdout stderr")))
			if a.fault != nil && a.fault.WSMan.Code == wsman.CodeOperationTimedOut {
				continue
			}
			if a.fault != nil {
				t.isFault(a, wantUnexpected)
				return
			}
			o := &output{streams: map[string]string{}}
			if o.read(t, a); o.state == "Done" {
				return
			}
		}
		t.problem("the command runs on after ctrl_c")
	}},
	{Name: "signal/while-running", Section: "MS-WSMV 3.1.4.12", run: func(t *T) {
		sh := t.cmd()
		sh.terminate(sh.start("sort"))
		o := sh.collect(sh.start("echo", "next"))
		t.equal("stdout of the next command", "next", strings.TrimSpace(o.streams["stdout"]))
	}},
	{Name: "signal/unknown-command", Section: "MS-WSMV 3.1.4.12", run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionSignal, signalBody(newID(), wsman.SignalTerminate)), wantUnexpected)
	}},
	{Name: "signal/unknown-code", Section: "MS-WSMV 2.2.4.38", Inferred: true, run: func(t *T) {
		sh := t.cmd()
		t.refused(sh.request(wsman.ActionSignal, signalBody(sh.start("sort"), wsman.NamespaceShell+"/signal/wave")), wantParameter)
	}},
	{Name: "signal/no-code", Section: "MS-WSMV 2.2.4.38", Inferred: true, run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		t.refused(sh.request(wsman.ActionSignal, `<rsp:Signal CommandId="`+id+`"></rsp:Signal>`), wantSchema)
	}},
}
