package conformance

import (
	"regexp"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// createCmd is the Create of a command shell.
func createCmd(attributes, more string) request {
	return request{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: cmdBody(attributes, more)}
}

var (
	secondsForm = regexp.MustCompile(`^PT[0-9]+\.[0-9]{3}S$`)
	runTimeForm = regexp.MustCompile(`^P[0-9]+DT[0-9]+H[0-9]+M[0-9]+S$`)
	guidForm    = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)
)

// field is an element of the Shell in a CreateResponse or GetResponse.
func (a *answer) field(name string) string { return a.child("Shell", name).Value() }

var createChecks = []Check{
	{Name: "create/reference", Section: "MS-WSMV 3.1.4.5.2", run: func(t *T) {
		sh := t.cmd()
		created := sh.created.body.Child(wsman.NamespaceTransfer, "ResourceCreated")
		t.equal("the Address", t.config.URL, created.Child(wsman.NamespaceAddressing, "Address").Value())
		parameters := created.Child(wsman.NamespaceAddressing, "ReferenceParameters")
		t.equal("the ResourceURI", wsman.ResourceCmd, parameters.Child(wsman.NamespaceWSMan, "ResourceURI").Value())
		if !guidForm.MatchString(sh.id) {
			t.problem("the ShellId %q is not a GUID in upper case", sh.id)
		}
		t.equal("the ShellId in the Shell", sh.id, sh.created.field("ShellId"))
	}},
	{Name: "create/streams", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		a := t.cmd().created
		t.equal("the InputStreams", "stdin", a.field("InputStreams"))
		t.equal("the OutputStreams", "stdout stderr", a.field("OutputStreams"))
		t.equal("the ResourceUri", wsman.ResourceCmd, a.field("ResourceUri"))
	}},
	{Name: "create/durations", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		a := t.create(createCmd("", "<rsp:IdleTimeOut>PT120S</rsp:IdleTimeOut>")).created
		t.equal("the IdleTimeOut", "PT120.000S", a.field("IdleTimeOut"))
		for _, name := range []string{"ShellRunTime", "ShellInactivity"} {
			if text := a.field(name); !runTimeForm.MatchString(text) {
				t.problem("the %s is %q, not as P0DT0H0M1S", name, text)
			}
		}
	}},
	{Name: "create/default-idle-timeout", Section: "MS-WSMV 3.1.4.1.31.5", run: func(t *T) {
		if text := t.cmd().created.field("IdleTimeOut"); !secondsForm.MatchString(text) {
			t.problem("the IdleTimeOut is %q, not as PT7200.000S", text)
		}
	}},
	{Name: "create/environment", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		a := t.create(createCmd("", `<rsp:Environment><rsp:Variable Name="CONFORMANCE">some value</rsp:Variable></rsp:Environment>`)).created
		v := a.child("Shell", "Environment", "Variable")
		name, _ := attribute(v, "Name")
		t.equal("the Variable", "CONFORMANCE=some value", name+"="+v.Value())
	}},
	{Name: "create/client-id", Section: "MS-WSMV 3.1.4.5", run: func(t *T) {
		id := newID()
		sh := t.create(createCmd(` ShellId="`+id+`"`, ""))
		t.equal("the ShellId", id, sh.id)
	}},
	{Name: "create/options", Section: "MS-WSMV 3.1.4.5", run: func(t *T) {
		r := createCmd("", "")
		r.options = []wsman.Option{{Name: "WINRS_NOPROFILE", Value: "TRUE"}, {Name: "WINRS_CODEPAGE", Value: "65001"}}
		t.create(r)
	}},
}

// isRefused is a Create that must fail. A shell that is made all the same is
// deleted.
func (t *T) isRefused(r request, w want) {
	a := t.ask(r)
	if a.fault == nil && createdID(a) != "" {
		t.shells = append(t.shells, &remote{t: t, id: createdID(a), resource: r.resource})
	}
	t.isFault(a, w)
}

var createFaultChecks = []Check{
	{Name: "create/same-id", Section: "MS-WSMV 3.1.4.5", Inferred: true, run: func(t *T) {
		r := createCmd(` ShellId="`+newID()+`"`, "")
		t.create(r)
		t.isRefused(r, wantSameShell)
	}},
	{Name: "create/idle-timeout-short", Section: "MS-WSMV 3.1.4.1.31.5", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd("", "<rsp:IdleTimeOut>PT1S</rsp:IdleTimeOut>"), wantIdleTimeout)
	}},
	{Name: "create/no-guid", Section: "MS-WSMV 3.1.4.5", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd(` ShellId="mine"`, ""), wantShellID)
	}},
	{Name: "create/long-name", Section: "MS-WSMV 2.2.4.37", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd(` Name="`+strings.Repeat("x", 1000)+`"`, ""), wantShellName)
	}},
	{Name: "create/idle-timeout-text", Section: "MS-WSMV 2.2.4.37", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd("", "<rsp:IdleTimeOut>long</rsp:IdleTimeOut>"), wantSchema)
	}},
	{Name: "create/variable-without-name", Section: "MS-WSMV 2.2.4.37", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd("", `<rsp:Environment><rsp:Variable Name="">x</rsp:Variable></rsp:Environment>`), wantParameter)
	}},
	{Name: "create/by-shell-resource", Section: "MS-WSMV 3.1.4.5", Inferred: true, run: func(t *T) {
		t.isRefused(request{action: wsman.ActionCreate, resource: wsman.ResourceShell, body: cmdBody("", "")}, wantAction)
	}},
	{Name: "create/no-shell", Section: "MS-WSMV 3.1.4.5", Inferred: true, run: func(t *T) {
		t.isRefused(request{action: wsman.ActionCreate, resource: wsman.ResourceCmd}, wantSchema)
	}},
	{Name: "create/unknown-configuration", Section: "MS-WSMV 3.1.4.1.34.1", Inferred: true, run: func(t *T) {
		t.isRefused(request{
			action: wsman.ActionCreate, resource: wsman.ResourcePowerShellPrefix + "Conformance.NotThere", body: cmdBody("", ""), options: protocolVersion,
		}, wantUnknownURI)
	}},
	{Name: "create/buffer-mode-unknown", Section: "MS-WSMV 2.2.4.37", Inferred: true, run: func(t *T) {
		t.isRefused(createCmd("", "<rsp:BufferMode>Sometimes</rsp:BufferMode>"), wantParameter)
	}},
	{Name: "create/compression-unknown", Section: "MS-WSMV 3.1.4.1.31.6", Inferred: true, run: func(t *T) {
		r := createCmd("", "")
		r.headers = map[string]string{"CompressionType": `<rsp:CompressionType s:mustUnderstand="true">zip</rsp:CompressionType>`}
		t.isRefused(r, wantFeature)
	}},
	{Name: "create/no-protocol-version", Section: "MS-PSRP 3.2.5.3.1", run: func(t *T) {
		_, r := t.newPool("")
		r.options = nil
		t.isRefused(r, wantNoVersion)
	}},
	{Name: "create/other-protocol-version", Section: "MS-PSRP 3.2.5.3.2", run: func(t *T) {
		_, r := t.newPool("")
		r.options = []wsman.Option{{Name: "protocolversion", Value: "9.0", MustComply: true}}
		t.isRefused(r, wantVersionNumber)
	}},
	{Name: "create/too-large", Section: "DSP0226 6.2", Inferred: true, run: func(t *T) {
		// The answer repeats the environment, and is larger than the least that a client
		// must take.
		id := newID()
		r := createCmd(` ShellId="`+id+`"`, `<rsp:Environment><rsp:Variable Name="CONFORMANCE">`+strings.Repeat("x", 9000)+`</rsp:Variable></rsp:Environment>`)
		r.headers = map[string]string{"MaxEnvelopeSize": `<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>`}
		t.isRefused(r, wantLargeAnswer)
		t.refused(request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: id}, wantUnexpected)
	}},
	{Name: "create/no-creation-xml", Section: "MS-PSRP 3.2.5.3.1", Inferred: true, run: func(t *T) {
		_, r := t.newPool("")
		r.body = `<rsp:Shell ShellId="` + newID() + `"><rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams></rsp:Shell>`
		t.isRefused(r, wantNoInput)
	}},
	{Name: "create/option-not-understood", Section: "DSP0226 6.4", run: func(t *T) {
		_, r := t.newPool("")
		r.options = append([]wsman.Option{{Name: "PS_Conformance", Value: "1", MustComply: true}}, protocolVersion...)
		t.isRefused(r, wantOption)
	}},
}
