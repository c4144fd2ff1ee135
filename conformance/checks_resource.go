package conformance

import (
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Identify is an Identify request (DSP0226 11): what a server answers to everybody
// whom it lets in.
const Identify = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:i="` + wsman.NamespaceWSManIdentity +
	`"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>`

var identifyChecks = []Check{
	{Name: "identify/answer", Section: "DSP0226 11", run: func(t *T) {
		a := t.ask(t.rawRequest(Identify))
		if a.fault != nil {
			t.stop("Identify has %s", said(a.fault))
		}
		if a.status != 200 {
			t.problem("Identify has the HTTP status %d, not 200", a.status)
		}
		t.identity(a)
	}},
}

// identity checks what an IdentifyResponse says (DSP0226 11).
func (t *T) identity(a *answer) {
	e := a.body.Child(wsman.NamespaceWSManIdentity, "IdentifyResponse")
	if e == nil {
		t.stop("the answer has no IdentifyResponse")
	}
	t.equal("the ProtocolVersion", wsman.NamespaceWSMan, e.Child(wsman.NamespaceWSManIdentity, "ProtocolVersion").Value())
	for _, name := range []string{"ProductVendor", "ProductVersion"} {
		if e.Child(wsman.NamespaceWSManIdentity, name).Value() == "" {
			t.problem("the answer has no %s", name)
		}
	}
}

var getChecks = []Check{
	{Name: "get/shell", Section: "MS-WSMV 3.1.4.2.1", run: func(t *T) {
		sh := t.cmd()
		shell := sh.describe().child("Shell")
		t.equal("the ShellId", sh.id, shell.Child(wsman.NamespaceShell, "ShellId").Value())
		for _, name := range []string{"ResourceUri", "Owner", "ClientIP", "IdleTimeOut", "InputStreams", "OutputStreams", "ShellRunTime", "ShellInactivity"} {
			if shell.Child(wsman.NamespaceShell, name).Value() == "" {
				t.problem("the Shell has no %s", name)
			}
		}
	}},
	{Name: "get/unknown-shell", Section: "MS-WSMV 3.1.4.2", run: func(t *T) { t.refused(aGet(), wantUnexpected) }},
	{Name: "get/no-selector", Section: "DSP0226 14.6", Inferred: true, run: func(t *T) {
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell}, wantNoSelector)
	}},
	{Name: "get/config", Section: "MS-WSMV 2.2.4.10", run: func(t *T) {
		a := t.ask(request{action: wsman.ActionGet, resource: wsman.ResourceConfig})
		if denied(a) {
			t.skip("the user may not read the configuration")
		}
		if a.fault != nil {
			t.stop("Get has %s", said(a.fault))
		}
		t.equal("the Action", wsman.ActionGet+wsman.ResponseSuffix, a.headerText(wsman.NamespaceAddressing, "Action"))
		config := a.body.Child(wsman.NamespaceConfig, "Config")
		for _, name := range []string{"MaxEnvelopeSizekb", "MaxTimeoutms", "MaxBatchItems"} {
			if config.Child(wsman.NamespaceConfig, name).Value() == "" {
				t.problem("the Config has no %s", name)
			}
		}
	}},
	{Name: "put/shell", Section: "MS-WSMV 3.1.4.3", Inferred: true, run: func(t *T) {
		sh := t.cmd()
		t.refused(request{action: wsman.ActionPut, resource: wsman.ResourceShell, shell: sh.id, body: cmdBody("", "")}, wantAction)
	}},
	{Name: "put/denied", Section: "MS-WSMV 3.1.4.1.28", run: func(t *T) {
		a := t.ask(request{action: wsman.ActionPut, resource: wsman.ResourceConfig, body: `<cfg:Config xmlns:cfg="` + wsman.NamespaceConfig +
			`"><cfg:MaxTimeoutms>` + escape(t.setting("MaxTimeoutms")) + `</cfg:MaxTimeoutms></cfg:Config>`})
		if a.fault == nil {
			t.skip("the user may change the configuration")
		}
		t.isFault(a, wantDenied)
	}},
	{Name: "put/config", Section: "MS-WSMV 3.1.4.3", run: func(t *T) {
		timeout := t.setting("MaxTimeoutms")
		a := t.by(t.administrator(), request{action: wsman.ActionPut, resource: wsman.ResourceConfig, body: `<cfg:Config xmlns:cfg="` + wsman.NamespaceConfig +
			`"><cfg:MaxTimeoutms>` + escape(timeout) + `</cfg:MaxTimeoutms></cfg:Config>`})
		if denied(a) && t.config.Administrator == nil {
			t.skip("the user may not change the configuration (--admin-username)")
		}
		if a.fault != nil {
			t.stop("Put of what is there has %s", said(a.fault))
		}
		t.equal("the Action", wsman.ActionPut+wsman.ResponseSuffix, a.headerText(wsman.NamespaceAddressing, "Action"))
	}},
	{Name: "invoke/unknown", Section: "DSP0226 14.6", Inferred: true, run: func(t *T) {
		t.refused(request{action: wsman.ResourceShell + "/Conform", resource: wsman.ResourceShell, shell: newID()}, wantAction)
	}},
}

// denied reports whether the user may not do what was asked.
func denied(a *answer) bool { return a.fault != nil && a.fault.WSMan.Code == wsman.CodeAccessDenied }

var deleteChecks = []Check{
	{Name: "delete/shell", Section: "MS-WSMV 3.1.4.4", run: func(t *T) {
		sh := t.cmd()
		t.empty(sh.delete())
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: sh.id}, wantUnexpected)
	}},
	{Name: "delete/with-command", Section: "MS-WSMV 3.1.4.4", run: func(t *T) {
		sh := t.cmd()
		id := sh.start("sort")
		t.empty(sh.delete())
		t.refused(sh.request(wsman.ActionReceive, desired(id, "stdout stderr")), wantUnexpected)
	}},
	{Name: "delete/by-shell-resource", Section: "MS-WSMV 3.1.4.4", run: func(t *T) {
		sh := t.cmd()
		t.empty(t.succeed(request{action: wsman.ActionDelete, resource: wsman.ResourceShell, shell: sh.id}))
		sh.gone = true
		t.refused(sh.request(wsman.ActionDelete, ""), wantUnexpected)
	}},
	{Name: "delete/ends-receive", Section: "MS-WSMV 3.1.4.4.1", Inferred: true, run: func(t *T) {
		for range maxAnswers {
			sh := t.cmd()
			id := sh.start("sort")
			a := t.receiveWhile(sh.request(wsman.ActionReceive, desired(id, "stdout stderr")), func() { sh.delete() })
			// Whether the Receive was under way is for nobody to see.
			if a.fault == nil || a.fault.WSMan.Code != wsman.CodeUnexpectedSelectors {
				t.isFault(a, wantAborted)
				return
			}
		}
		t.problem("no Receive was ended by a Delete in %d attempts", maxAnswers)
	}},
	{Name: "delete/unknown", Section: "MS-WSMV 3.1.4.4", run: func(t *T) {
		t.refused(request{action: wsman.ActionDelete, resource: wsman.ResourceCmd, shell: newID()}, wantUnexpected)
	}},
}

const enumerateBody = `<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>%</n:Enumerate>`

func enumerate(resource, more string) request {
	return request{action: wsman.ActionEnumerate, resource: resource, body: strings.Replace(enumerateBody, "%", more, 1)}
}

func filter(shell string) string {
	return `<w:Filter Dialect="` + wsman.SelectorFilterDialect + `"><w:SelectorSet>` + selector(shell) + `</w:SelectorSet></w:Filter>`
}

// items are what an EnumerateResponse lists, and whether it is all.
func items(a *answer) (all []*capture.Node, complete bool) {
	response := a.body.Child(wsman.NamespaceEnumeration, "EnumerateResponse")
	if list := response.Child(wsman.NamespaceWSMan, "Items"); list != nil {
		all = list.Children
	}
	return all, response.Child(wsman.NamespaceWSMan, "EndOfSequence") != nil
}

// lists reports whether a shell is among items.
func (sh *remote) lists(all []*capture.Node) bool {
	for _, item := range all {
		if item.Is(wsman.NamespaceShell, "Shell") && strings.EqualFold(item.Child(wsman.NamespaceShell, "ShellId").Value(), sh.id) {
			return true
		}
	}
	return false
}

var enumerateChecks = []Check{
	{Name: "enumerate/shells", Section: "MS-WSMV 3.1.4.8", run: func(t *T) {
		sh := t.cmd()
		a := t.succeed(enumerate(wsman.ResourceShell, ""))
		all, complete := items(a)
		if !sh.lists(all) {
			t.problem("the list has no shell %s", sh.id)
		}
		if !complete {
			t.problem("the list has no EndOfSequence")
		}
		sh.delete()
		if all, _ := items(t.succeed(enumerate(wsman.ResourceShell, ""))); sh.lists(all) {
			t.problem("the list has the shell %s that was deleted", sh.id)
		}
	}},
	{Name: "enumerate/references", Section: "DSP0226 8.7", run: func(t *T) {
		sh := t.cmd()
		found := false
		all, _ := items(t.succeed(enumerate(wsman.ResourceShell, "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>")))
		for _, item := range all {
			if !item.Is(wsman.NamespaceAddressing, "EndpointReference") {
				t.problem("the list has a %s, which is no EndpointReference", item.Local)
			}
			found = found || strings.EqualFold(selected(item), sh.id)
		}
		if !found {
			t.problem("the list has no reference of the shell %s", sh.id)
		}
	}},
	{Name: "enumerate/both", Section: "DSP0226 8.7", run: func(t *T) {
		sh := t.cmd()
		found := false
		all, _ := items(t.succeed(enumerate(wsman.ResourceShell, "<w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>")))
		for _, item := range all {
			epr := item.Child(wsman.NamespaceAddressing, "EndpointReference")
			found = found || item.Is(wsman.NamespaceWSMan, "Item") && sh.lists(item.Children) && strings.EqualFold(selected(epr), sh.id)
		}
		if !found {
			t.problem("the list has no Item with the shell %s and its reference", sh.id)
		}
	}},
	{Name: "enumerate/commands", Section: "MS-WSMV 3.1.4.8", run: func(t *T) {
		sh := t.cmd()
		if all, _ := items(t.succeed(enumerate(wsman.ResourceCommand, filter(sh.id)))); len(all) > 0 {
			t.problem("a shell without commands lists %d", len(all))
		}
		id := sh.start("sort")
		all, _ := items(t.succeed(enumerate(wsman.ResourceCommand, filter(sh.id))))
		if len(all) != 1 || !all[0].Is(wsman.NamespaceShell, "Command") {
			t.stop("a shell with one command lists %d", len(all))
		}
		t.equal("the CommandId", strings.ToUpper(id), strings.ToUpper(all[0].Child(wsman.NamespaceShell, "CommandId").Value()))
		t.equal("the CommandState", "Running", all[0].Child(wsman.NamespaceShell, "CommandState").Value())
	}},
	{Name: "pull/pages", Section: "DSP0226 8.4", run: func(t *T) {
		one, two := t.cmd(), t.cmd()
		id := t.context()
		var all []*capture.Node
		for range maxAnswers {
			response := t.succeed(pull(id)).body.Child(wsman.NamespaceEnumeration, "PullResponse")
			list := response.Child(wsman.NamespaceEnumeration, "Items")
			if list != nil {
				all = append(all, list.Children...)
			}
			if list != nil && len(list.Children) > 1 {
				t.problem("a Pull with MaxElements 1 has %d items", len(list.Children))
			}
			if response.Child(wsman.NamespaceEnumeration, "EndOfSequence") != nil {
				break
			}
			if id = response.Child(wsman.NamespaceEnumeration, "EnumerationContext").Value(); id == "" {
				t.stop("the PullResponse has neither EnumerationContext nor EndOfSequence")
			}
		}
		if !one.lists(all) || !two.lists(all) {
			t.problem("the pages have not both shells")
		}
	}},
	{Name: "release/context", Section: "DSP0226 8.5", run: func(t *T) {
		t.cmd()
		t.cmd()
		id := t.context()
		t.empty(t.succeed(release(id)))
		t.refused(pull(id), wantContext)
	}},
}

// context begins an enumeration of shells that is to be pulled.
func (t *T) context() string {
	a := t.succeed(request{action: wsman.ActionEnumerate, resource: wsman.ResourceShell, body: `<n:Enumerate></n:Enumerate>`})
	id := a.body.Child(wsman.NamespaceEnumeration, "EnumerateResponse").Child(wsman.NamespaceEnumeration, "EnumerationContext").Value()
	if id == "" {
		t.stop("the EnumerateResponse has no EnumerationContext")
	}
	return id
}

func pull(id string) request {
	return request{action: wsman.ActionPull, resource: wsman.ResourceShell, body: `<n:Pull><n:EnumerationContext>` + escape(id) +
		`</n:EnumerationContext><n:MaxElements>1</n:MaxElements></n:Pull>`}
}

func release(id string) request {
	return request{action: wsman.ActionRelease, resource: wsman.ResourceShell,
		body: `<n:Release><n:EnumerationContext>` + escape(id) + `</n:EnumerationContext></n:Release>`}
}

var enumerateFaultChecks = []Check{
	{Name: "enumerate/commands-no-filter", Section: "MS-WSMV 3.1.4.8", Inferred: true, run: func(t *T) {
		t.refused(enumerate(wsman.ResourceCommand, ""), wantFilter)
	}},
	{Name: "enumerate/filter-without-shell", Section: "MS-WSMV 3.1.4.8", Inferred: true, run: func(t *T) {
		t.refused(enumerate(wsman.ResourceCommand, strings.Replace(filter("x"), `"ShellId"`, `"Other"`, 1)), wantCannotFilter)
	}},
	{Name: "enumerate/no-enumerate", Section: "DSP0226 8.2", Inferred: true, run: func(t *T) {
		t.refused(request{action: wsman.ActionEnumerate, resource: wsman.ResourceShell}, wantSchema)
	}},
	{Name: "pull/no-pull", Section: "DSP0226 8.4", Inferred: true, run: func(t *T) {
		t.refused(request{action: wsman.ActionPull, resource: wsman.ResourceShell}, wantSchema)
	}},
	{Name: "release/unknown", Section: "DSP0226 8.5", Inferred: true, run: func(t *T) {
		t.refused(release("uuid:"+newID()), wantContext)
	}},
	{Name: "enumerate/command-references", Section: "MS-WSMV 3.1.4.8", Inferred: true, run: func(t *T) {
		sh := t.cmd()
		t.refused(enumerate(wsman.ResourceCommand, "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"+filter(sh.id)), wantCommandEPR)
	}},
	{Name: "enumerate/dialect", Section: "DSP0226 8.3", Inferred: true, run: func(t *T) {
		t.refused(enumerate(wsman.ResourceShell, `<w:Filter Dialect="urn:conformance">x</w:Filter>`), wantDialect)
	}},
	{Name: "pull/unknown", Section: "DSP0226 14.6", Inferred: true, run: func(t *T) { t.refused(pull("uuid:"+newID()), wantContext) }},
}

// selected is the ShellId that an EndpointReference names.
func selected(epr *capture.Node) string {
	set := epr.Child(wsman.NamespaceAddressing, "ReferenceParameters").Child(wsman.NamespaceWSMan, "SelectorSet")
	return set.Child(wsman.NamespaceWSMan, "Selector").Value()
}
