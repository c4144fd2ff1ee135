package wsmantest

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// ShellCreated is the body of an answer to a Create of a shell, of a kind that
// cannot be disconnected. More can be put into the rsp:Shell: "rsp:State",
// "Connected" and so on.
func ShellCreated(resourceURI, shellID string, more ...string) string {
	var b strings.Builder
	b.WriteString(`<x:ResourceCreated><a:Address>http://localhost:5985/wsman</a:Address><a:ReferenceParameters>`)
	b.WriteString(tag("w:ResourceURI", "", resourceURI))
	b.WriteString(`<w:SelectorSet><w:Selector Name="ShellId">` + escape(shellID) + `</w:Selector></w:SelectorSet>`)
	b.WriteString(`</a:ReferenceParameters></x:ResourceCreated><rsp:Shell>`)
	b.WriteString(tag("rsp:ShellId", "", shellID) + tag("rsp:ResourceUri", "", resourceURI))
	for i := 0; i+1 < len(more); i += 2 {
		b.WriteString(tag(more[i], "", more[i+1]))
	}
	b.WriteString(`</rsp:Shell>`)
	return b.String()
}

// Disconnectable is what a shell has in its rsp:Shell that can be disconnected,
// for ShellCreated.
func Disconnectable() []string {
	return []string{"rsp:MaxIdleTimeOut", "PT2147483.647S", "rsp:BufferMode", "Block", "rsp:State", "Connected"}
}

// CommandStarted is the body of an answer to a Command.
func CommandStarted(commandID string) string {
	return `<rsp:CommandResponse>` + tag("rsp:CommandId", "", commandID) + `</rsp:CommandResponse>`
}

// Received is the body of an answer to a Receive.
func Received(parts ...string) string {
	return `<rsp:ReceiveResponse>` + strings.Join(parts, "") + `</rsp:ReceiveResponse>`
}

// Stream is a piece of a stream, of a command or, without an id, of the shell.
func Stream(name, commandID, data string) string {
	return tag("rsp:Stream", streamAttributes(name, commandID), base64.StdEncoding.EncodeToString([]byte(data)))
}

// End is the end of a stream.
func End(name, commandID string) string {
	return tag("rsp:Stream", streamAttributes(name, commandID)+` End="true"`, "")
}

// Done says that a command has ended.
func Done(commandID string, exitCode int) string {
	return `<rsp:CommandState CommandId="` + escape(commandID) + `" State="` + wsman.CommandStateDone + `">` +
		tag("rsp:ExitCode", "", strconv.Itoa(exitCode)) + `</rsp:CommandState>`
}

// Running says that a command has not.
func Running(commandID string) string {
	return `<rsp:CommandState CommandId="` + escape(commandID) + `" State="` + wsman.CommandStateRunning + `"/>`
}

// Identified is the body of an answer to an Identify.
func Identified(vendor, version string) string {
	return `<i:IdentifyResponse xmlns:i="` + wsman.NamespaceWSManIdentity + `">` +
		tag("i:ProtocolVersion", "", wsman.NamespaceWSMan) + tag("i:ProductVendor", "", vendor) +
		tag("i:ProductVersion", "", version) + `</i:IdentifyResponse>`
}

func streamAttributes(name, commandID string) string {
	attributes := ` Name="` + escape(name) + `"`
	if commandID != "" {
		attributes += ` CommandId="` + escape(commandID) + `"`
	}
	return attributes
}

func tag(name, attributes, text string) string {
	return "<" + name + attributes + ">" + escape(text) + "</" + name + ">"
}

func escape(text string) string { return string(wsman.AppendEscaped(nil, text)) }
