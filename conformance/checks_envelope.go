package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// aGet is a request that any server answers, and envelopes are tried with: a Get
// of a shell that is not there.
func aGet() request {
	return request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: newID()}
}

// rawRequest is a request that is sent as it is written.
func (t *T) rawRequest(text string) request { return request{raw: text} }

// rendered is the envelope of a request.
func (t *T) rendered(r request) string {
	r.session, r.timeout, r.messageID = t.session, defaultTimeout, "uuid:"+newID()
	return r.envelope(t.config.URL)
}

var envelopeChecks = []Check{
	{Name: "envelope/soap-1.1", Section: "SOAP 1.2 part 1 5.4.7", Inferred: true, run: func(t *T) {
		t.refused(t.rawRequest(strings.Replace(t.rendered(aGet()), wsman.NamespaceSOAP, wsman.NamespaceSOAP11, 1)), wantVersion)
	}},
	{Name: "envelope/malformed", Section: "DSP0226 14.6", Inferred: true, run: func(t *T) {
		t.refused(t.rawRequest(strings.TrimSuffix(t.rendered(aGet()), "</s:Envelope>")), wantXML)
	}},
	{Name: "envelope/document-type", Section: "SOAP 1.2 part 1 5", Inferred: true, run: func(t *T) {
		t.refused(t.rawRequest(`<!DOCTYPE e [<!ENTITY x "y">]>`+t.rendered(aGet())), wantXML)
	}},
	{Name: "envelope/no-body", Section: "SOAP 1.2 part 1 5.1", Inferred: true, run: func(t *T) {
		t.refused(t.rawRequest(strings.Replace(t.rendered(aGet()), "<s:Body></s:Body>", "", 1)), wantSchema)
	}},
	{Name: "envelope/too-large", Section: "MS-WSMV 3.1.4.1.20", Inferred: true, run: func(t *T) {
		r := aGet()
		r.body = "<x>" + strings.Repeat("large ", 200000) + "</x>"
		a, err := t.try(r)
		if refused, ok := errors.AsType[*wsmanclient.HTTPError](err); ok && refused.StatusCode == http.StatusRequestEntityTooLarge {
			return
		}
		if err != nil {
			t.stop("Get: %v", err)
		}
		t.isFault(a, wantLargeRequest)
	}},
	{Name: "envelope/other-prefixes", Section: "XML Namespaces 1.0", run: func(t *T) {
		text := strings.NewReplacer("<a:", "<first:", "</a:", "</first:", "xmlns:a=", "xmlns:first=",
			"<w:", "<other:", "</w:", "</other:", "xmlns:w=", "xmlns:other=").Replace(t.rendered(aGet()))
		t.refused(t.rawRequest(text), wantUnexpected)
	}},
	{Name: "envelope/language", Section: "DSP0226 R6.3-4", run: func(t *T) {
		if a := t.refused(aGet(), wantUnexpected); !strings.Contains(a.text[:min(len(a.text), 600)], `xml:lang="en-US"`) {
			t.problem("the answer's Envelope has no xml:lang=\"en-US\"")
		}
	}},
	{Name: "envelope/fault-reason", Section: "MS-WSMV 2.2.4.43", run: func(t *T) {
		f := t.refused(aGet(), wantUnexpected).fault
		if strings.TrimSpace(f.Reason) == "" {
			t.problem("the fault has no Reason")
		}
		if strings.TrimSpace(f.WSMan.Machine) == "" {
			t.problem("the WSManFault names no Machine")
		}
	}},
}

var headerChecks = []Check{
	{Name: "header/relates-to", Section: "DSP0226 5.4.4", run: func(t *T) {
		r := aGet()
		r.messageID = "uuid:aBcDeF12-0000-4000-8000-" + strings.ToLower(newID()[24:])
		t.related(t.refused(r, wantUnexpected))
	}},
	{Name: "header/message-id", Section: "DSP0226 R5.4.4-1", run: func(t *T) {
		for range 2 {
			a := t.refused(aGet(), wantUnexpected)
			t.related(a)
			if id := a.headerText(wsman.NamespaceAddressing, "MessageID"); len(id) != 41 || !strings.HasPrefix(id, "uuid:") {
				t.problem("the MessageID %q is not uuid: and a GUID", id)
			}
		}
	}},
	{Name: "header/to", Section: "DSP0226 R5.3-1", run: func(t *T) {
		a := t.refused(aGet(), wantUnexpected)
		t.equal("the answer's To", wsman.AddressAnonymous, a.headerText(wsman.NamespaceAddressing, "To"))
	}},
	{Name: "header/success", Section: "DSP0226 R5.3-1", run: func(t *T) {
		a := t.cmd().created
		t.equal("the answer's To", wsman.AddressAnonymous, a.headerText(wsman.NamespaceAddressing, "To"))
		for _, h := range a.header.Children {
			for _, at := range h.Attributes {
				if at.Local == "mustUnderstand" && (at.Value == "1" || strings.EqualFold(at.Value, "true")) {
					t.problem("the client must understand the answer's header %s", h.Local)
				}
			}
		}
	}},
	missing("Action"), missing("MessageID"), missing("To"), missing("ResourceURI"),
	{Name: "header/action-unknown", Section: "DSP0226 14.6", Inferred: true, run: func(t *T) {
		r := aGet()
		r.action = wsman.NamespaceTransfer + "/Borrow"
		t.refused(r, wantAction)
	}},
	{Name: "header/must-understand", Section: "SOAP 1.2 part 1 5.4.8", Inferred: true, run: func(t *T) {
		for _, value := range []string{"true", "1"} {
			r := aGet()
			r.headers = map[string]string{"Unknown": `<x:Unknown xmlns:x="urn:conformance" s:mustUnderstand="` + value + `"/>`}
			a := t.refused(r, wantMustUnderstand)
			note := a.header.Child(wsman.NamespaceSOAP, "NotUnderstood")
			if name, _ := attribute(note, "qname"); !strings.HasSuffix(name, ":Unknown") {
				t.problem("the fault has no NotUnderstood header that names the header")
			}
		}
	}},
	{Name: "header/may-ignore", Section: "SOAP 1.2 part 1 5.2.3", run: func(t *T) {
		for _, attribute := range []string{``, ` s:mustUnderstand="false"`, ` s:mustUnderstand="0"`} {
			r := aGet()
			r.headers = map[string]string{"Unknown": `<x:Unknown xmlns:x="urn:conformance"` + attribute + `/>`}
			t.refused(r, wantUnexpected)
		}
	}},
	{Name: "header/without-optional", Section: "MS-WSMV 3.1.4.1", run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{"MaxEnvelopeSize": "", "OperationTimeout": "", "Locale": "", "DataLocale": "", "SessionId": ""}
		t.refused(r, wantUnexpected)
	}},
	{Name: "header/other-host", Section: "DSP0226 5.3", run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{"To": `<a:To>http://192.0.2.7:55986/wsman</a:To>`}
		t.refused(r, wantUnexpected)
	}},
	{Name: "header/reply-elsewhere", Section: "DSP0226 R5.4.2-2", Inferred: true, run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{"ReplyTo": `<a:ReplyTo><a:Address>http://192.0.2.7/</a:Address></a:ReplyTo>`}
		t.refused(r, wantReplyTo)
	}},
	{Name: "header/twice", Section: "DSP0226 R13.1-9", Inferred: true, run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{"Again": `<a:To>http://192.0.2.7:5985/wsman</a:To>`}
		t.refused(r, wantHeader)
	}},
}

// missing is the check of a header that must be there.
func missing(name string) Check {
	return Check{Name: "header/without-" + strings.ToLower(name), Section: "DSP0226 14.6", Inferred: true, run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{name: ""}
		t.refused(r, wantHeaderMissing)
	}}
}

// valued is the check of a header whose value cannot be.
func valued(name, section, local, text string, w want) Check {
	return Check{Name: "header/" + name, Section: section, run: func(t *T) {
		r := aGet()
		r.headers = map[string]string{local: text}
		t.refused(r, w)
	}}
}

// repeated is an element more often than any request has use for, each time with
// its number.
func repeated(element string) string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, element, i)
	}
	return b.String()
}

// inferred marks a check as Inferred.
func inferred(c Check) Check {
	c.Inferred = true
	return c
}

var valueChecks = []Check{
	valued("timeout-negative", "MS-WSMV 3.1.4.1.6", "OperationTimeout", `<w:OperationTimeout>PT-1S</w:OperationTimeout>`, wantHeader),
	inferred(valued("timeout-text", "MS-WSMV 3.1.4.1.6", "OperationTimeout", `<w:OperationTimeout>soon</w:OperationTimeout>`, wantHeader)),
	valued("timeout-long", "MS-WSMV 3.1.4.1.6", "OperationTimeout", `<w:OperationTimeout>P1DT2H3M4.5S</w:OperationTimeout>`, wantUnexpected),
	valued("envelope-size-small", "DSP0226 R6.2-4", "MaxEnvelopeSize", `<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>`, wantSmallEnvelope),
	inferred(valued("envelope-size-text", "DSP0226 6.2", "MaxEnvelopeSize", `<w:MaxEnvelopeSize>large</w:MaxEnvelopeSize>`, wantHeader)),
	valued("envelope-size-large", "DSP0226 6.2", "MaxEnvelopeSize", `<w:MaxEnvelopeSize>99999999</w:MaxEnvelopeSize>`, wantUnexpected),
	valued("activity-id-long", "MS-WSMV 3.1.4.1.12", "ActivityId",
		`<p:ActivityId s:mustUnderstand="false">`+strings.Repeat("x", 2049)+`</p:ActivityId>`, wantHeader),
	valued("activity-id", "MS-WSMV 3.1.4.1.12", "ActivityId",
		`<p:ActivityId s:mustUnderstand="true">A9C2B6F2-0000-4000-8000-0123456789AB</p:ActivityId>`, wantUnexpected),
	inferred(valued("locale", "DSP0226 R6.3-2", "Locale", `<w:Locale xml:lang="??" s:mustUnderstand="true"/>`, wantLocale)),
	inferred(valued("fragment", "DSP0226 R7.7-1", "FragmentTransfer",
		`<w:FragmentTransfer s:mustUnderstand="true">Name/text()</w:FragmentTransfer>`, wantFragment)),
	valued("resource-case", "MS-WSMV 3.1.4.1.1", "ResourceURI",
		`<w:ResourceURI>`+strings.ToUpper(wsman.ResourceShell)+`</w:ResourceURI>`, wantUnexpected),
	valued("resource-space", "MS-WSMV 3.1.4.1.1", "ResourceURI",
		"<w:ResourceURI>\n "+wsman.ResourceShell+"\n</w:ResourceURI>", wantUnexpected),
	inferred(valued("selector-twice", "DSP0226 R5.1.2.2-4", "SelectorSet",
		`<w:SelectorSet>`+selector("A")+selector("B")+`</w:SelectorSet>`, wantDuplicate)),
	inferred(valued("selectors-many", "DSP0226 14.6", "SelectorSet", `<w:SelectorSet>`+repeated(`<w:Selector Name="S%d">x</w:Selector>`)+`</w:SelectorSet>`, wantSelectorLimit)),
	inferred(valued("options-many", "DSP0226 14.6", "OptionSet", `<w:OptionSet>`+repeated(`<w:Option Name="O%d">x</w:Option>`)+`</w:OptionSet>`, wantOptionLimit)),
	inferred(valued("option-element", "DSP0226 14.6", "OptionSet",
		`<w:OptionSet><w:Option Name="x"><a:Address>x</a:Address></w:Option></w:OptionSet>`, wantOptionValue)),
	inferred(valued("option-without-name", "DSP0226 14.6", "OptionSet", `<w:OptionSet><w:Option Name="">x</w:Option></w:OptionSet>`, wantOptionName)),
	inferred(valued("sequence-id-text", "MS-WSMV 2.2.4.46", "SequenceId", `<p:SequenceId>first</p:SequenceId>`, wantHeader)),
	inferred(valued("fault-elsewhere", "DSP0226 R5.4.3-3", "FaultTo", `<a:FaultTo><a:Address>http://192.0.2.7/</a:Address></a:FaultTo>`, wantReplyTo)),
	inferred(valued("resource-unknown", "DSP0226 14.6", "ResourceURI", `<w:ResourceURI>http://schemas.example/conformance</w:ResourceURI>`, wantUnknownURI)),
}
