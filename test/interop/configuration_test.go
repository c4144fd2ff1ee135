package interop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// constrained is a session configuration file that shows one command.
const constrained = `@{
    SchemaVersion = '2.0.0.0'
    GUID = '2f7e3b1c-54a0-4a63-9c38-1f3d6d2f7a55'
    SessionType = 'RestrictedRemoteServer'
    LanguageMode = 'NoLanguage'
    VisibleFunctions = 'Get-Greeting'
    FunctionDefinitions = @{ Name = 'Get-Greeting'; ScriptBlock = { 'a greeting' } }
}
`

// TestConstrainedConfiguration: a .pssc file that a configuration names is
// obeyed (JEA).
func TestConstrainedConfiguration(t *testing.T) {
	t.Parallel()
	s := start(t, setup{
		configurations: map[string]string{"jea": "SessionConfigurationFile = \"%STATE%/jea.pssc\"\n"},
		files:          map[string]string{"jea.pssc": constrained},
	})
	type result struct{ Allowed, Forbidden, Script outcome }
	got := run[result](t, s.client(), "psrp_jea.py", args{
		"configuration": "jea", "allowed": "Get-Greeting", "forbidden": "Start-Job", "script": "1 + 1",
	})
	got.Allowed.completed(t)
	assert.Equal(t, []any{"a greeting"}, got.Allowed.Output)
	for name, refused := range map[string]outcome{"command": got.Forbidden, "script": got.Script} {
		assert.Equal(t, "Failed", refused.State, name)
		assert.Empty(t, refused.Output, name)
		assert.NotEmpty(t, refused.Errors, name)
	}
	assert.Contains(t, strings.Join(got.Forbidden.Errors, " "), "Start-Job")
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	type result struct{ Shells int }
	s := start(t, setup{encryptedOnly: true})
	s.addUser(t, "bob")
	https := s.client().over("https")
	require.Zero(t, run[result](t, https, "login.py", nil).Shells)
	require.Zero(t, run[result](t, https.as("bob"), "login.py", nil).Shells)

	for name, c := range map[string]client{
		"no such user":                       https.as("nobody"),
		"Basic over HTTP without encryption": s.client(),
		"a wrong password":                   https.withPassword("wrong"),
	} {
		assert.Equal(t, pypsrpAuthentication, c.fails(t, "login.py", nil).Type, name)
	}

	s.command(t, "", "user", "remove", "--state", s.state, "bob")
	assert.Equal(t, pypsrpAuthentication, https.as("bob").fails(t, "login.py", nil).Type, "a user who was removed")
}
