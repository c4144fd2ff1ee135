package shellresource

import (
	"encoding/base64"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// The bodies of requests.

func psShell(id, more string) string {
	return `<r:Shell ShellId="` + id + `"><r:InputStreams>stdin pr</r:InputStreams><r:OutputStreams>stdout</r:OutputStreams>` + more +
		`<creationXml xmlns="` + wsman.NamespacePowerShell + `">AAAA</creationXml></r:Shell>`
}

func cmdShell(more string) string {
	return `<r:Shell><r:InputStreams>stdin</r:InputStreams><r:OutputStreams>stdout stderr</r:OutputStreams>` + more + `</r:Shell>`
}

func commandBody(id string, arguments ...string) string {
	attr := ""
	if id != "" {
		attr = ` CommandId="` + id + `"`
	}
	return `<r:CommandLine` + attr + `><r:Command>dir</r:Command><r:Arguments>` +
		strings.Join(arguments, `</r:Arguments><r:Arguments>`) + `</r:Arguments></r:CommandLine>`
}

func sendBody(id string, contents ...string) string {
	body := "<r:Send>"
	for _, c := range contents {
		body += `<r:Stream Name="stdin"` + commandAttr(id) + `>` + c + `</r:Stream>`
	}
	return body + "</r:Send>"
}

func receiveRequest(id, streams string) string {
	return `<r:Receive><r:DesiredStream` + commandAttr(id) + `>` + streams + `</r:DesiredStream></r:Receive>`
}

func signalBody(id, code string) string {
	return `<r:Signal` + commandAttr(id) + `><r:Code>` + code + `</r:Code></r:Signal>`
}

func connectBody(more string) string {
	return `<r:Connect>` + more + `<connectXml xmlns="` + wsman.NamespacePowerShell + `">AAAA</connectXml></r:Connect>`
}

func commandAttr(id string) string {
	if id == "" {
		return ""
	}
	return ` CommandId="` + id + `"`
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
