package matrix

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// heads are the clients in the order of the document, and what they are. Others
// come after them.
var heads = []struct{ client, what string }{
	{"PowerShell cmdlets, Windows build", "The genuine New-, Enter-, Invoke-, Disconnect-, Connect-, Receive- and Remove-PSSession of " +
		"PowerShell 7, Windows build, with `libpsrpclient` in the place of WsmSvc.dll."},
	{"PowerShell cmdlets, Unix build", "The cmdlets and the Runspace API of PowerShell 7, Unix build, with `libpsrpclient`."},
	{"winrm", "This project's own client for terminals and scripts."},
	{"pypsrp", "PowerShell remoting and command shells from Python; what Ansible's psrp connection stands on."},
	{"pywinrm", "Command shells from Python; what Ansible's winrm connection stands on."},
	{"masterzen/winrm", "Command shells from Go; what Packer and Terraform use."},
	{"winrm-client", "Command shells from JavaScript (npm)."},
	{"winrm4j", "Command shells from Java."},
	{"winrm-rs", "Command shells from Rust."},
	{"go-ntlmssp", "NTLM over HTTP from Go, under many clients."},
	{"python-gssapi", "GSSAPI in C, with gss-ntlmssp and MIT Kerberos."},
}

const introduction = `# Who can speak with winrmd

Each cell was run by a test, with the client's own released code against winrmd with a real PowerShell engine: what is not
marked was not run, which does not say that it does not work. The file is made by the tests themselves
(` + "`make interoperability`" + `), which fail where it says something else than they have run (` + "`test/matrix`" + `).

HTTP and HTTPS are the transport; then comes how the client logs on. Over HTTP, Negotiate, NTLM, Kerberos and CredSSP seal
their messages unless "in clear" is said. How each client is set up for a scheme is in authentication.md.
`

// document is the document that belongs to the files.
func document() ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(directory(), "*.txt"))
	if err != nil {
		return nil, err
	}
	rows := map[Row]bool{}
	for _, file := range files {
		more, err := read(file)
		if err != nil {
			return nil, err
		}
		maps.Copy(rows, more)
	}
	return render(rows), nil
}

// render writes a table for each client: operations down, schemes across.
func render(rows map[Row]bool) []byte {
	clients := map[string]bool{}
	for row := range rows {
		clients[row.Client] = true
	}
	var b bytes.Buffer
	b.WriteString(introduction)
	for _, head := range heads {
		if clients[head.client] {
			table(&b, rows, head.client, head.what)
			delete(clients, head.client)
		}
	}
	for _, client := range slices.Sorted(maps.Keys(clients)) {
		table(&b, rows, client, "")
	}
	return b.Bytes()
}

func table(b *bytes.Buffer, rows map[Row]bool, client, what string) {
	operations, schemes := map[string]bool{}, map[string]bool{}
	for row := range rows {
		if row.Client == client {
			operations[row.Operation], schemes[row.Scheme] = true, true
		}
	}
	across := slices.Sorted(maps.Keys(schemes))
	fmt.Fprintf(b, "\n## %s\n\n", client)
	if what != "" {
		fmt.Fprintf(b, "%s\n\n", what)
	}
	fmt.Fprintf(b, "| operation | %s |\n", strings.Join(across, " | "))
	fmt.Fprintf(b, "| --- |%s\n", strings.Repeat(" :---: |", len(across)))
	for _, operation := range slices.Sorted(maps.Keys(operations)) {
		fmt.Fprintf(b, "| %s |", operation)
		for _, scheme := range across {
			cell := "   "
			if rows[Row{client, operation, scheme}] {
				cell = " ✓ "
			}
			fmt.Fprintf(b, "%s|", cell)
		}
		b.WriteString("\n")
	}
}
