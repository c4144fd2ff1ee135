package replay

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// cleanTimeout is how long the end of a shell is waited for that a recording
// leaves behind.
const cleanTimeout = 20 * time.Second

// clean deletes the shells that this replay has made and that are still there.
func (r *run) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	for id, resource := range r.shells {
		// A server that has ended the shell by itself says so, which is right.
		_, _, _ = r.config.Server.RoundTrip(ctx, deleteEnvelope(r.config.URL, resource, id), cleanTimeout)
	}
}

// deleteEnvelope is a Delete of a shell.
func deleteEnvelope(to, resource, shellID string) []byte {
	b := []byte(`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` +
		wsman.NamespaceWSMan + `"><s:Header><a:To>`)
	b = append(wsman.AppendEscaped(b, to), `</a:To><w:ResourceURI s:mustUnderstand="true">`...)
	b = append(wsman.AppendEscaped(b, resource), `</w:ResourceURI><a:ReplyTo><a:Address>`+wsman.AddressAnonymous+
		`</a:Address></a:ReplyTo><a:Action s:mustUnderstand="true">`+wsman.ActionDelete+`</a:Action><a:MessageID>uuid:`+newGUID()+
		`</a:MessageID><w:OperationTimeout>PT20S</w:OperationTimeout><w:SelectorSet><w:Selector Name="ShellId">`...)
	b = append(wsman.AppendEscaped(b, shellID), `</w:Selector></w:SelectorSet></s:Header><s:Body/></s:Envelope>`...)
	return b
}
