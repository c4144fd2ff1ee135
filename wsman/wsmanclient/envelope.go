package wsmanclient

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// message is a request as it goes over the wire, again with the same ids where
// it has to go again.
type message struct {
	endpoint  *endpoint
	id        string // MessageID; "" for an Identify, which has none
	text      []byte // the envelope in UTF-8
	timeout   time.Duration
	anonymous bool // without logging on
	// repeatable says that nothing changes at the server, or that it is known to
	// come again.
	repeatable bool
	// seen, where it is not nil, gets each answer that is a message.
	seen func(i *incoming)
}

// What each envelope begins with: names and their order are those of Windows'
// client, as MS-WSMV section 4 shows them.
const envelopeBegin = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP +
	`" xmlns:a="` + wsman.NamespaceAddressing +
	`" xmlns:w="` + wsman.NamespaceWSMan +
	`" xmlns:p="` + wsman.NamespaceWSManMS + `"><s:Header>`

const replyTo = `<a:ReplyTo><a:Address s:mustUnderstand="true">` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo>`

// newMessage renders a request.
func (c *Client) newMessage(ctx context.Context, r *Request) *message {
	m := &message{endpoint: c.endpoint, id: newID(), timeout: c.timeout(ctx, r.Timeout), repeatable: repeatable(r.Action)}
	b := make([]byte, 0, 2048+len(r.Body))
	b = append(b, envelopeBegin...)
	b = appendElement(b, "a:To", "", c.URL())
	b = appendElement(b, "w:ResourceURI", mustUnderstand, r.URI)
	b = append(b, replyTo...)
	b = appendElement(b, "a:Action", mustUnderstand, r.Action)
	b = appendElement(b, "w:MaxEnvelopeSize", mustUnderstand, strconv.Itoa(c.config.MaxEnvelopeSize))
	b = appendElement(b, "a:MessageID", "", m.id)
	b = appendLanguage(b, "w:Locale", c.config.Locale)
	b = appendLanguage(b, "p:DataLocale", c.config.DataLocale)
	b = appendElement(b, "p:SessionId", mayIgnore, c.config.SessionID)
	b = appendNumbers(b, r)
	b = appendSets(b, r)
	b = appendElement(b, "w:OperationTimeout", "", wsman.FormatSeconds(m.timeout))
	b = appendOwn(b, r)
	b = append(b, "</s:Header><s:Body>"...)
	if r.write != nil {
		b = r.write(b)
	} else {
		b = append(b, r.Body...)
	}
	m.text = append(b, "</s:Body></s:Envelope>"...)
	return m
}

// readdressed is the message to another endpoint.
func (m *message) readdressed(from, to *endpoint) *message {
	other := *m
	old := appendElement(nil, "a:To", "", from.url.String())
	other.text = bytes.Replace(m.text, old, appendElement(nil, "a:To", "", to.url.String()), 1)
	return &other
}

func repeatable(action string) bool {
	switch action {
	case wsman.ActionGet, wsman.ActionEnumerate, wsman.ActionReceive:
		return true
	}
	return false
}

// appendNumbers says which step of which operation this is.
func appendNumbers(b []byte, r *Request) []byte {
	operation := r.operation
	if operation == "" {
		operation = newID()
	}
	b = appendElement(b, "p:OperationID", mayIgnore, operation)
	return appendElement(b, "p:SequenceId", mayIgnore, strconv.FormatUint(max(r.sequence, 1), 10))
}

// appendSets writes selectors and options.
func appendSets(b []byte, r *Request) []byte {
	if len(r.Selectors) > 0 {
		b = append(b, "<w:SelectorSet>"...)
		b = appendSelectors(b, r.Selectors)
		b = append(b, "</w:SelectorSet>"...)
	}
	if len(r.Options) > 0 {
		b = append(b, `<w:OptionSet`+mustUnderstand+`>`...)
		for _, o := range r.Options {
			attributes := appendAttribute(nil, "Name", o.Name)
			if o.MustComply {
				attributes = append(attributes, ` MustComply="true"`...)
			}
			b = appendElement(b, "w:Option", string(attributes), o.Value)
		}
		b = append(b, "</w:OptionSet>"...)
	}
	return b
}

func appendSelectors(b []byte, selectors []wsman.Selector) []byte {
	for _, s := range selectors {
		b = appendElement(b, "w:Selector", string(appendAttribute(nil, "Name", s.Name)), s.Value)
	}
	return b
}

// appendOwn writes what only some requests have.
func appendOwn(b []byte, r *Request) []byte {
	if r.compression != "" {
		b = appendElement(b, "rsp:CompressionType", mustUnderstand+` xmlns:rsp="`+wsman.NamespaceShell+`"`, r.compression)
	}
	if r.Fragment != "" {
		b = appendElement(b, "w:FragmentTransfer", mustUnderstand, r.Fragment)
	}
	for _, h := range r.Headers {
		attributes := appendAttribute(nil, "xmlns:h", h.Name.Space)
		if h.MustUnderstand {
			attributes = append(attributes, mustUnderstand...)
		}
		b = appendElement(b, "h:"+h.Name.Local, string(attributes), h.Value)
	}
	return b
}
