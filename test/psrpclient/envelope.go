package psrpclient

import (
	"bytes"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// resource is the session configuration that pools are opened with.
const resource = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"

// operation is what one request asks for.
type operation struct {
	action   string
	resource string // empty: that of PowerShell
	shellID  string // empty: none is selected
	options  string // the content of the OptionSet
	body     string
}

const begin = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing +
	`" xmlns:w="` + wsman.NamespaceWSMan + `" xmlns:p="` + wsman.NamespaceWSManMS + `" xmlns:n="` + wsman.NamespaceEnumeration +
	`" xmlns:rsp="` + wsman.NamespaceShell + `"><s:Header><a:ReplyTo><a:Address s:mustUnderstand="true">` +
	wsman.AddressAnonymous + `</a:Address></a:ReplyTo>` +
	`<w:Locale xml:lang="en-US" s:mustUnderstand="false"/><p:DataLocale xml:lang="en-US" s:mustUnderstand="false"/>`

// envelope makes the request for an operation, with a MessageID of its own.
func (c *Client) envelope(o operation) []byte {
	b := make([]byte, 0, 2048+len(o.body))
	b = append(b, begin...)
	b = element(b, `a:To`, c.config.URL)
	b = element(b, `a:Action s:mustUnderstand="true"`, o.action)
	b = element(b, `a:MessageID`, "uuid:"+newGUID())
	b = element(b, `p:SessionId s:mustUnderstand="false"`, c.sessionID)
	if c.config.Numbered {
		b = element(b, `p:OperationID s:mustUnderstand="false"`, "uuid:"+newGUID())
		b = element(b, `p:SequenceId s:mustUnderstand="false"`, "1")
	}
	if o.resource == "" {
		o.resource = resource
	}
	b = element(b, `w:ResourceURI s:mustUnderstand="true"`, o.resource)
	b = element(b, `w:MaxEnvelopeSize s:mustUnderstand="true"`, strconv.Itoa(c.config.MaxEnvelopeSize))
	b = element(b, `w:OperationTimeout`, seconds(c.config.OperationTimeout))
	if o.shellID != "" {
		b = append(b, `<w:SelectorSet><w:Selector Name="ShellId">`...)
		b = append(append(b, o.shellID...), `</w:Selector></w:SelectorSet>`...)
	}
	if o.options != "" {
		b = append(b, `<w:OptionSet s:mustUnderstand="true">`...)
		b = append(append(b, o.options...), `</w:OptionSet>`...)
	}
	b = append(append(b, `</s:Header><s:Body>`...), o.body...)
	return append(b, `</s:Body></s:Envelope>`...)
}

// renewMessageID is the same request with another MessageID.
func renewMessageID(envelope []byte) []byte {
	const start = "<a:MessageID>uuid:"
	b := bytes.Clone(envelope)
	copy(b[bytes.Index(b, []byte(start))+len(start):], newGUID())
	return b
}

// element appends an element; start is its name with its attributes.
func element(b []byte, start, text string) []byte {
	name := start
	for i := range len(start) {
		if start[i] == ' ' {
			name = start[:i]
			break
		}
	}
	b = append(append(append(b, '<'), start...), '>')
	b = wsman.AppendEscaped(b, text)
	return append(append(append(b, "</"...), name...), '>')
}

// seconds is a duration as WS-Management has it.
func seconds(d time.Duration) string {
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + "S"
}
