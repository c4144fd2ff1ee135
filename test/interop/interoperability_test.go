package interop

import (
	"strings"
	"testing"

	"github.com/winrmd/winrmd/test/matrix"
)

// ran notes for docs/interoperability.md that a client in Python has done
// something with the settings that it has, if the test passes.
func (c client) ran(t *testing.T, name, operation string) {
	t.Helper()
	auth, encryption := "basic", "never"
	for _, variable := range c.environment {
		if value, ok := strings.CutPrefix(variable, "WINRMD_AUTH="); ok {
			auth = value
		}
		if value, ok := strings.CutPrefix(variable, "WINRMD_ENCRYPTION="); ok {
			encryption = value
		}
	}
	matrix.Ran(t, name, operation, schemeName(c.scheme, auth, encryption == "never"))
}

// schemeName is a scheme as the table has it.
func schemeName(transport, auth string, clear bool) string {
	names := map[string]string{
		"basic": "Basic", "ntlm": "NTLM", "negotiate": "Negotiate", "kerberos": "Kerberos", "credssp": "CredSSP", "certificate": "certificate",
	}
	name := strings.ToUpper(transport) + ", " + names[strings.ToLower(auth)]
	if clear && transport == "http" {
		name += " in clear"
	}
	return name
}
