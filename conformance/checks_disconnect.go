package conformance

import (
	"context"
	"encoding/base64"
	"sync"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
)

// disconnect disconnects a pool.
func (p *pool) disconnect() *answer {
	return p.t.succeed(p.request(wsman.ActionDisconnect, "<rsp:Disconnect/>"))
}

// as is a request of another client session.
func (r request) as(session string) request {
	r.session = session
	return r
}

var disconnectChecks = []Check{
	{Name: "disconnect/state", Section: "MS-WSMV 3.1.4.15", run: func(t *T) {
		p := t.powershell("")
		t.empty(p.disconnect())
		t.equal("the State", "Disconnected", p.state())
	}},
	{Name: "disconnect/in-list", Section: "MS-WSMV 3.1.4.15", run: func(t *T) {
		p := t.powershell("")
		p.disconnect()
		all, _ := items(t.succeed(enumerate(wsman.ResourceShell, filter(p.id))))
		if !p.lists(all) {
			t.stop("the list has no shell %s", p.id)
		}
		t.equal("the State", "Disconnected", all[0].Child(wsman.NamespaceShell, "State").Value())
	}},
	{Name: "disconnect/idle-timeout", Section: "MS-WSMV 2.2.4.15", run: func(t *T) {
		p := t.powershell("")
		t.succeed(p.request(wsman.ActionDisconnect, "<rsp:Disconnect><rsp:IdleTimeOut>PT300.000S</rsp:IdleTimeOut></rsp:Disconnect>"))
		t.equal("the IdleTimeOut", "PT300.000S", p.describe().field("IdleTimeOut"))
	}},
	{Name: "disconnect/idle-timeout-short", Section: "MS-WSMV 2.2.4.15", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		t.refused(p.request(wsman.ActionDisconnect, "<rsp:Disconnect><rsp:IdleTimeOut>PT1S</rsp:IdleTimeOut></rsp:Disconnect>"), wantIdleTimeout)
		t.equal("the State", "Connected", p.state())
	}},
	{Name: "disconnect/not-supported", Section: "MS-WSMV 3.1.4.15", Inferred: true, run: func(t *T) {
		t.refused(t.cmd().request(wsman.ActionDisconnect, "<rsp:Disconnect/>"), wantNoDisconnect)
	}},
	{Name: "disconnect/twice", Section: "MS-WSMV 3.1.4.15", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.disconnect()
		t.refused(p.request(wsman.ActionDisconnect, "<rsp:Disconnect/>"), wantTwice)
	}},
	{Name: "disconnect/unknown-shell", Section: "MS-WSMV 3.1.4.15", run: func(t *T) {
		t.refused(request{action: wsman.ActionDisconnect, resource: t.uri(), shell: newID(), body: "<rsp:Disconnect/>"}, wantUnexpected)
	}},
	{Name: "disconnect/other-client", Section: "MS-WSMV 3.1.4.15", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		t.refused(p.request(wsman.ActionDisconnect, "<rsp:Disconnect/>").as(newID()), wantOtherClient)
	}},
	{Name: "disconnect/use", Section: "MS-WSMV 3.1.4.15", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		p.disconnect()
		t.refused(p.request(wsman.ActionCommand, p.pipelineBody(newID(), "1", true)), wantDisconnected)
		t.refused(p.request(wsman.ActionSend, p.input(id, "<S>x</S>")), wantDisconnected)
		t.refused(p.request(wsman.ActionReceive, desired(id, "stdout")), wantDisconnected)
		t.refused(p.request(wsman.ActionSignal, signalBody(id, wsman.SignalPowerShellStop)), wantDisconnected)
	}},
	{Name: "disconnect/ends-receive", Section: "MS-WSMV 3.1.4.15", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		p.endsReceive(id)
	}},
	{Name: "disconnect/delete", Section: "MS-WSMV 3.1.4.15", run: func(t *T) {
		p := t.powershell("")
		p.disconnect()
		p.delete()
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: p.id}, wantUnexpected)
	}},
}

// endsReceive disconnects while a Receive waits. Whether that is under way is for
// nobody to see: it is asked again until it was.
func (p *pool) endsReceive(id string) {
	t := p.t
	for range maxAnswers {
		a := t.receiveWhile(p.request(wsman.ActionReceive, desired(id, "stdout")), func() { p.disconnect() })
		if a.fault == nil || a.fault.WSMan.Code != wsman.CodeShellDisconnected {
			t.isFault(a, wantStreamEnded)
			return
		}
		t.succeed(p.request(wsman.ActionReconnect, ""))
		t.succeed(p.request(wsman.ActionReconnect, `<rsp:Reconnect CommandId="`+id+`"/>`))
	}
	t.problem("no Receive was ended by a Disconnect in %d attempts", maxAnswers)
}

// receiveWhile asks a Receive, lets it wait, does something meanwhile and returns
// the answer.
func (t *T) receiveWhile(r request, meanwhile func()) *answer {
	other := *t
	var cancel context.CancelFunc
	other.ctx, cancel = context.WithCancel(t.ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	var a *answer
	var err error
	group.Go(func() { a, err = other.try(r) })
	t.pause(200 * time.Millisecond)
	meanwhile()
	group.Wait()
	if err != nil {
		t.stop("Receive: %v", err)
	}
	return a
}

// pause waits, or ends the check with its context.
func (t *T) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
		t.stop("the check was ended")
	}
}

var reconnectChecks = []Check{
	{Name: "reconnect/state", Section: "MS-WSMV 3.1.4.16", run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		t.empty(t.succeed(p.request(wsman.ActionReconnect, "")))
		t.equal("the State", "Connected", p.state())
		_, _, objects := p.results(p.pipeline("'again'"))
		t.equal("the output", "<S>again</S>", objects)
	}},
	{Name: "reconnect/connected", Section: "MS-WSMV 3.1.4.16", run: func(t *T) {
		p := t.powershell("")
		t.empty(t.succeed(p.request(wsman.ActionReconnect, "")))
	}},
	{Name: "reconnect/other-client", Section: "MS-WSMV 3.1.4.16", Inferred: true, run: func(t *T) {
		t.refused(t.powershell("").request(wsman.ActionReconnect, "").as(newID()), wantOtherClient)
	}},
	{Name: "reconnect/other-session", Section: "MS-WSMV 3.1.4.16", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.disconnect()
		t.refused(p.request(wsman.ActionReconnect, "").as(newID()), wantOtherSession)
		t.equal("the State", "Disconnected", p.state())
	}},
	{Name: "reconnect/unknown-shell", Section: "MS-WSMV 3.1.4.16", run: func(t *T) {
		t.refused(request{action: wsman.ActionReconnect, resource: t.uri(), shell: newID()}, wantUnexpected)
	}},
	{Name: "reconnect/unknown-command", Section: "MS-WSMV 3.1.4.16", run: func(t *T) {
		p := t.powershell("")
		t.refused(p.request(wsman.ActionReconnect, `<rsp:Reconnect CommandId="`+newID()+`"/>`), wantUnexpected)
	}},
}

var connectChecks = []Check{
	{Name: "connect/pool", Section: "MS-WSMV 3.1.4.17", run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		t.session = newID()
		a := t.succeed(p.request(wsman.ActionConnect, p.connectBody()))
		t.equal("the InputStreams", "stdin pr", a.child("ConnectResponse", "InputStreams").Value())
		t.equal("the OutputStreams", "stdout", a.child("ConnectResponse", "OutputStreams").Value())
		types := p.connected(a)
		if !has(types, psrp.MessageSessionCapability) || !has(types, psrp.MessageRunspacePoolInitData) {
			t.problem("the connectResponseXml has not SESSION_CAPABILITY and RUNSPACEPOOL_INIT_DATA, but %v", types)
		}
		t.equal("the State", "Connected", p.state())
	}},
	{Name: "connect/command", Section: "MS-WSMV 3.1.4.17", run: func(t *T) {
		p := t.powershell("")
		p.open()
		id := newID()
		t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
		t.succeed(p.request(wsman.ActionSend, p.input(id, "<S>found</S>")))
		p.disconnect()
		t.session = newID()
		t.succeed(p.request(wsman.ActionConnect, p.connectBody()))
		a := t.succeed(p.request(wsman.ActionConnect, `<rsp:Connect CommandId="`+id+`"/>`))
		if r := a.child("ConnectResponse"); r == nil || len(r.Children) > 0 {
			t.problem("the answer has not an empty ConnectResponse")
		}
		_, messages, objects := p.results(id)
		t.equal("the output", "<S>found</S>", objects)
		p.completed(messages, psrp.PSInvocationCompleted)
	}},
	{Name: "connect/former-client", Section: "MS-WSMV 3.1.4.17", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		former := t.session
		t.session = newID()
		t.succeed(p.request(wsman.ActionConnect, p.connectBody()))
		t.refused(p.request(wsman.ActionReconnect, "").as(former), wantOtherClient)
	}},
	{Name: "connect/connected", Section: "MS-WSMV 3.1.4.17", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		t.refused(p.request(wsman.ActionConnect, p.connectBody()).as(newID()), wantOtherClient)
	}},
	{Name: "connect/no-content", Section: "MS-PSRP 3.2.5.3.14", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		t.refused(p.request(wsman.ActionConnect, "<rsp:Connect/>").as(newID()), wantNoConnect)
	}},
	{Name: "connect/malformed", Section: "MS-PSRP 3.2.5.3.14", Inferred: true, run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		body := `<rsp:Connect><connectXml xmlns="` + wsman.NamespacePowerShell + `">` +
			base64.StdEncoding.EncodeToString([]byte("this is no message")) + `</connectXml></rsp:Connect>`
		t.refused(p.request(wsman.ActionConnect, body).as(newID()), wantConnectFailed)
	}},
	{Name: "connect/unknown-shell", Section: "MS-WSMV 3.1.4.17", run: func(t *T) {
		t.refused(request{action: wsman.ActionConnect, resource: t.uri(), shell: newID(), body: "<rsp:Connect/>"}, wantUnexpected)
	}},
	{Name: "connect/unknown-command", Section: "MS-WSMV 3.1.4.17", run: func(t *T) {
		p := t.powershell("")
		p.open()
		p.disconnect()
		t.session = newID()
		t.succeed(p.request(wsman.ActionConnect, p.connectBody()))
		t.refused(p.request(wsman.ActionConnect, `<rsp:Connect CommandId="`+newID()+`"/>`), wantUnexpected)
	}},
}

// connected are the messages in a ConnectResponse.
func (p *pool) connected(a *answer) (types []psrp.MessageType) {
	text := a.child("ConnectResponse").Child(wsman.NamespacePowerShell, "connectResponseXml").Value()
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		p.t.stop("the connectResponseXml is not base64: %v", err)
	}
	o := &output{streams: map[string]string{"stdout": string(content)}}
	for _, m := range p.messages("connect", o) {
		types = append(types, m.Type)
	}
	return types
}

// idleTimeout is the least that a server must take.
const idleTimeout = time.Minute

var idleChecks = []Check{
	{Name: "idle/ends", Section: "MS-WSMV 3.1.4.1.31.5", Slow: true, run: func(t *T) {
		sh := t.create(createCmd("", "<rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut>"))
		// A Get is not a use of the shell.
		t.pause(idleTimeout + 15*time.Second)
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: sh.id}, wantUnexpected)
		sh.gone = true
	}},
	{Name: "idle/disconnected", Section: "MS-WSMV 2.2.4.15", Slow: true, run: func(t *T) {
		p := t.powershell("")
		t.succeed(p.request(wsman.ActionDisconnect, "<rsp:Disconnect><rsp:IdleTimeOut>PT60.000S</rsp:IdleTimeOut></rsp:Disconnect>"))
		t.pause(idleTimeout / 2)
		t.equal("the State", "Disconnected", p.state())
		t.pause(idleTimeout/2 + 15*time.Second)
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: p.id}, wantUnexpected)
		p.gone = true
	}},
	{Name: "idle/use", Section: "MS-WSMV 3.1.4.1.31.5", Slow: true, run: func(t *T) {
		sh := t.create(createCmd("", "<rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut>"))
		for range 2 {
			t.pause(idleTimeout * 2 / 3)
			o := sh.collect(sh.start("echo", "here"))
			t.equal("stdout", "here", o.streams["stdout"][:min(4, len(o.streams["stdout"]))])
		}
	}},
}
