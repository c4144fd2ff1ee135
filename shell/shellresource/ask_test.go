package shellresource

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// ask is a request to be written.
type ask struct {
	action   string
	resource string // default: the PowerShell configuration
	shell    string // the selector
	body     string

	id        string // MessageID; default: a new one
	session   string // default: one for all
	operation string // OperationID
	sequence  int
	size      int    // MaxEnvelopeSize
	timeout   string // OperationTimeout; default PT20S
	options   string // w:Option elements
	header    string // more headers

	who     wsman.Principal // default: ann
	charset wsman.Charset
	limits  wsman.Limits
	lost    error // what Written is told of the answer
}

// envelope writes the request, with prefixes that are not those of answers.
func (a *ask) envelope(id string) []byte {
	var b strings.Builder
	b.WriteString(`<e:Envelope xmlns:e="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing +
		`" xmlns:wsm="` + wsman.NamespaceWSMan + `" xmlns:p="` + wsman.NamespaceWSManMS + `" xmlns:n="` + wsman.NamespaceEnumeration +
		`" xmlns:r="` + wsman.NamespaceShell + `"><e:Header><a:To>http://server:5985/wsman</a:To>` +
		`<a:ReplyTo><a:Address>` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo>`)
	element := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "<%s>%s</%[1]s>", name, value)
		}
	}
	element("a:Action", a.action)
	element("a:MessageID", id)
	element("wsm:ResourceURI", or(a.resource, uriPowerShell))
	element("p:SessionId", or(a.session, "uuid:11111111-1111-4111-8111-111111111111"))
	element("p:OperationID", a.operation)
	if a.sequence != 0 {
		element("p:SequenceId", fmt.Sprint(a.sequence))
	}
	if a.size != 0 {
		element("wsm:MaxEnvelopeSize", fmt.Sprint(a.size))
	}
	element("wsm:OperationTimeout", or(a.timeout, "PT20S"))
	if a.shell != "" {
		element("wsm:SelectorSet", `<wsm:Selector Name="ShellId">`+a.shell+`</wsm:Selector>`)
	}
	element("wsm:OptionSet", a.options)
	b.WriteString(a.header + "</e:Header><e:Body>" + a.body + "</e:Body></e:Envelope>")
	return []byte(b.String())
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// reply is an answer.
type reply struct {
	t        testing.TB
	envelope []byte
	size     int // on the wire
	fault    *wsman.Fault
	body     *etree.Element // s:Body
	header   *etree.Element // s:Header
}

// serve has a request served.
func (w *world) serve(a ask) *reply {
	w.t.Helper()
	return w.serveContext(context.Background(), a)
}

func (w *world) serveContext(ctx context.Context, a ask) *reply {
	w.t.Helper()
	id := or(a.id, "uuid:"+strings.ToUpper(uuid.NewString()))
	return w.serveRaw(ctx, a.envelope(id), a)
}

// serveRaw does with an envelope what a server does: it is parsed, served, and
// the answer rendered, be it a fault.
func (w *world) serveRaw(ctx context.Context, raw []byte, a ask) *reply {
	w.t.Helper()
	request, err := wsman.ParseRequest(raw, a.limits)
	request.Charset = a.charset
	request.Principal = a.who
	if a.who.User == "" {
		request.Principal = ann
	}
	request.Deadline = time.Now().Add(request.Header.OperationTimeout)
	var response *wsman.Response
	if err == nil {
		response, err = w.mux.ServeWSMan(ctx, request)
	}
	r := &reply{t: w.t}
	if err != nil {
		r.fault = wsman.AsFault(err)
		r.envelope = r.fault.AppendEnvelope(nil, request, "host")
	} else {
		r.envelope = response.AppendEnvelope(nil, request)
		if response.Written != nil {
			response.Written(a.lost)
		}
	}
	r.size = len(wsman.EncodeBody(a.charset, r.envelope))
	doc := etree.NewDocument()
	doc.ReadSettings.ValidateInput = true
	require.NoError(w.t, doc.ReadFromBytes(r.envelope), "%s", r.envelope)
	r.header = wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Header")
	r.body = wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	require.NotNil(w.t, r.body)
	return r
}

// err is the fault; nil if there is none.
func (r *reply) err() error {
	if r.fault == nil {
		return nil
	}
	return r.fault
}

// spaces are the namespaces of the prefixes that tests use.
var spaces = map[string]string{
	"s": wsman.NamespaceSOAP, "a": wsman.NamespaceAddressing, "w": wsman.NamespaceWSMan, "p": wsman.NamespaceWSManMS,
	"x": wsman.NamespaceTransfer, "n": wsman.NamespaceEnumeration, "rsp": wsman.NamespaceShell,
	"ps": wsman.NamespacePowerShell, "d": namespaceDetails, "f": wsman.NamespaceWSManFault,
}

// all are the elements of the body with this name, at any depth.
func (r *reply) all(name string) []*etree.Element { return descendants(r.body, name) }

func descendants(e *etree.Element, name string) []*etree.Element {
	prefix, local, _ := strings.Cut(name, ":")
	var found []*etree.Element
	for _, c := range e.ChildElements() {
		if wsman.IsElement(c, spaces[prefix], local) {
			found = append(found, c)
		}
		found = append(found, descendants(c, name)...)
	}
	return found
}

// text is the text of the one element of the body with this name.
func (r *reply) text(name string) string {
	r.t.Helper()
	found := r.all(name)
	require.NotEmpty(r.t, found, "no %s in %s", name, r.envelope)
	return found[0].Text()
}

// headerText is the text of a header; "" if there is none.
func (r *reply) headerText(name string) string {
	found := descendants(r.header, name)
	if len(found) == 0 {
		return ""
	}
	return found[0].Text()
}
