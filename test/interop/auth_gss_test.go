package interop

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/test/matrix"
)

// TestAuthGSS: gss-ntlmssp, which is in C, logs on over HTTP and seals what it
// sends. Alone it sends no MIC; in SPNEGO it does, and signs the mechanisms.
func TestAuthGSS(t *testing.T) {
	t.Parallel()
	need(t, missingForKerberos()) // it is what python-gssapi is compiled with
	s := start(t, setup{encryptedOnly: true, settings: "[Auth]\nRequireNTLMMIC = true\n"})
	lenient := start(t, setup{encryptedOnly: true, withoutSlot: true})
	try := func(s *server, mech, user, password string) (status int, text string) {
		c := s.client().withPassword(password)
		c.user = user
		got := run[struct {
			Status        int
			Text, Missing string
		}](t, c, "gss_identify.py", args{"mech": mech, "messages": 3})
		if got.Missing != "" {
			need(t, fmt.Errorf("%s: %w", got.Missing, errMissing))
		}
		return got.Status, got.Text
	}
	matrix.Ran(t, "python-gssapi", "Identify", "HTTP, NTLM")
	matrix.Ran(t, "python-gssapi", "Identify", "HTTP, Negotiate")
	for _, user := range []string{"alice", `ELSEWHERE\Alice`, "alice@example.org", `\alice@example.org`} {
		for name, one := range map[string]struct {
			mech string
			s    *server
		}{"NTLM": {"ntlm", lenient}, "SPNEGO": {"spnego", s}} {
			status, text := try(one.s, one.mech, user, passwordOf("alice"))
			assert.Equal(t, 200, status, "%s with %s", user, name)
			assert.Contains(t, text, "IdentifyResponse", "%s with %s", user, name)
			status, _ = try(one.s, one.mech, user, "wrong")
			assert.Equal(t, 401, status, "%s with %s", user, name)
		}
	}
	status, _ := try(s, "ntlm", "alice", passwordOf("alice"))
	assert.Equal(t, 401, status, "without a MIC")
}
