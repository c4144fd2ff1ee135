package conformance

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/wsman"
)

// request is a request before it is an envelope. The zero value of a field means
// what a client would send; headers says what is otherwise.
type request struct {
	action, resource string
	shell            string // the selector ShellId
	body             string
	session          string        // SessionId; "" means the check's own
	timeout          time.Duration // OperationTimeout; 0 means defaultTimeout
	options          []wsman.Option
	// headers replaces headers by name: "" leaves one out. Other names add.
	headers map[string]string
	// raw, if not "", is sent in place of an envelope.
	raw string

	messageID string // is set when it is sent
}

// defaultTimeout is the OperationTimeout of what ends by itself.
const defaultTimeout = time.Minute

// newID makes an identifier as Windows writes it.
func newID() string { return strings.ToUpper(uuid.NewString()) }

// prefixes are what requests declare.
const prefixes = ` xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing +
	`" xmlns:w="` + wsman.NamespaceWSMan + `" xmlns:p="` + wsman.NamespaceWSManMS +
	`" xmlns:n="` + wsman.NamespaceEnumeration + `" xmlns:rsp="` + wsman.NamespaceShell + `"`

// header is a header of a request.
type header struct{ name, text string }

// envelope renders a request (DSP0226 5.4, MS-WSMV 3.1.4.1).
func (r *request) envelope(url string) string {
	if r.raw != "" {
		return r.raw
	}
	var b strings.Builder
	b.WriteString("<s:Envelope" + prefixes + "><s:Header>")
	given := map[string]bool{}
	for _, h := range r.standard(url) {
		if other, ok := r.headers[h.name]; ok {
			h.text = other
		}
		given[h.name] = true
		b.WriteString(h.text)
	}
	for name, text := range r.headers {
		if !given[name] {
			b.WriteString(text)
		}
	}
	b.WriteString("</s:Header><s:Body>" + r.body + "</s:Body></s:Envelope>")
	return b.String()
}

// standard are the headers that a client sends.
func (r *request) standard(url string) []header {
	all := []header{
		{"Action", `<a:Action s:mustUnderstand="true">` + r.action + `</a:Action>`},
		{"To", `<a:To>` + escape(url) + `</a:To>`},
		{"MessageID", `<a:MessageID>` + r.messageID + `</a:MessageID>`},
		{"ReplyTo", `<a:ReplyTo><a:Address s:mustUnderstand="true">` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo>`},
		{"ResourceURI", `<w:ResourceURI s:mustUnderstand="true">` + escape(r.resource) + `</w:ResourceURI>`},
		{"MaxEnvelopeSize", `<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>`},
		{"OperationTimeout", `<w:OperationTimeout>` + wsman.FormatSeconds(r.timeout) + `</w:OperationTimeout>`},
		{"Locale", `<w:Locale xml:lang="en-US" s:mustUnderstand="false"/>`},
		{"DataLocale", `<p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>`},
		{"SessionId", `<p:SessionId s:mustUnderstand="false">uuid:` + r.session + `</p:SessionId>`},
	}
	if r.shell != "" {
		all = append(all, header{"SelectorSet", `<w:SelectorSet>` + selector(r.shell) + `</w:SelectorSet>`})
	}
	if len(r.options) > 0 {
		all = append(all, header{"OptionSet", optionSet(r.options)})
	}
	return all
}

func selector(shell string) string {
	return `<w:Selector Name="ShellId">` + escape(shell) + `</w:Selector>`
}

func optionSet(options []wsman.Option) string {
	var b strings.Builder
	b.WriteString(`<w:OptionSet s:mustUnderstand="true">`)
	for _, o := range options {
		b.WriteString(`<w:Option Name="` + o.Name + `"`)
		if o.MustComply {
			b.WriteString(` MustComply="true"`)
		}
		b.WriteString(`>` + escape(o.Value) + `</w:Option>`)
	}
	b.WriteString(`</w:OptionSet>`)
	return b.String()
}

func escape(text string) string { return string(wsman.AppendEscaped(nil, text)) }
