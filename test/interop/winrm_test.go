package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
)

// terminal is the client for terminals, with what it is to be told of a server.
type terminal struct {
	t           *testing.T
	environment []string
}

// terminal makes one for a user, who logs on with Negotiate and seals messages.
func (s *server) terminal(t *testing.T, user string) *terminal {
	return &terminal{t: t, environment: []string{
		"WINRM_URL=http://" + s.addresses["http"] + "/wsman", "WINRM_USERNAME=" + user, "WINRM_PASSWORD=" + passwordOf(user),
	}}
}

// run runs a command line and returns what it wrote and its exit status.
func (c *terminal) run(stdin string, arguments ...string) (stdout, stderr string, status int) {
	c.t.Helper()
	program, err := winrm()
	require.NoError(c.t, err)
	ctx, cancel := context.WithTimeout(c.t.Context(), clientTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Env = append(command.Environ(), c.environment...)
	command.Stdin = strings.NewReader(stdin)
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	err = command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), problems.String(), exit.ExitCode()
	}
	require.NoError(c.t, err)
	return out.String(), problems.String(), 0
}

// succeeds is run for what must succeed.
func (c *terminal) succeeds(arguments ...string) string {
	c.t.Helper()
	stdout, stderr, status := c.run("", arguments...)
	require.Zero(c.t, status, "%v: %s", arguments, stderr)
	assert.Empty(c.t, stderr)
	return stdout
}

// TestWinrm: every verb on resources, over sealed messages.
func TestWinrm(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "Administrators = ['alice']\n", encryptedOnly: true})
	s.addUser(t, "bob")
	alice, bob := s.terminal(t, "alice"), s.terminal(t, "bob")

	for _, operation := range []string{"identify", "get", "set", "create", "enumerate", "delete"} {
		matrix.Ran(t, "winrm", operation, "HTTP, Negotiate")
	}
	assert.Contains(t, alice.succeeds("identify"), "ProductVendor = winrmd\n")
	assert.Contains(t, alice.succeeds("get", "winrm/config"), "    MaxEnvelopeSizekb = 500\n")
	var winrs map[string]string
	require.NoError(t, json.Unmarshal([]byte(alice.succeeds("get", "winrm/config/winrs", "-o", "json")), &winrs))
	assert.Equal(t, "2147483647", winrs["MaxShellsPerUser"])
	assert.Contains(t, alice.succeeds("set", "winrm/config/winrs", `@{MaxShellsPerUser="10"}`), "MaxShellsPerUser = 10\n")
	assert.Contains(t, bob.succeeds("get", "winrm/config/winrs"), "MaxShellsPerUser = 10\n")

	_, stderr, status := bob.run("", "set", "winrm/config/winrs", "MaxShellsPerUser=11")
	assert.Equal(t, 5, status, stderr)
	assert.Contains(t, stderr, "(0x00000005)")
	_, stderr, status = alice.run("", "set", "winrm/config/winrs", "IdleTimeout=1")
	assert.Equal(t, 5, status)
	assert.Contains(t, stderr, "60000")

	plugin := alice.succeeds("get", "winrm/config/plugin?Name=Microsoft.PowerShell", "-o", "xml")
	stdout, stderr, status := alice.run(strings.ReplaceAll(plugin, "Microsoft.PowerShell", "Other"), "create", "winrm/config/plugin?Name=Other", "--file", "-")
	require.Zero(t, status, stderr)
	assert.Contains(t, stdout, "Selector = Other\n")
	assert.Contains(t, alice.succeeds("enumerate", "winrm/config/plugin"), "    Name = Other\n")
	assert.Contains(t, alice.succeeds("enumerate", "winrm/config/plugin", "--return-type", "epr"), "ResourceURI = http")
	alice.succeeds("delete", "winrm/config/plugin?Name=Other")
	_, stderr, status = alice.run("", "get", "winrm/config/plugin?Name=Other")
	assert.Equal(t, 5, status)
	assert.Contains(t, stderr, "Other")

	_, stderr, status = alice.run("", "invoke", "Nonsense", "winrm/config")
	assert.Equal(t, 5, status, stderr)
	alice.environment = append(alice.environment, "WINRM_PASSWORD=wrong")
	_, _, status = alice.run("", "identify")
	assert.Equal(t, 3, status)
	_, _, status = alice.run(passwordOf("alice")+"\n", "identify", "--password-stdin")
	assert.Zero(t, status)
	_, _, status = bob.run("", "identify", "--url", "http://127.0.0.1:1")
	assert.Equal(t, 4, status)
	_, _, status = bob.run("", "get")
	assert.Equal(t, 2, status)
}

// TestWinrmShell: command lines, with what goes in and comes out, and sessions.
func TestWinrmShell(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	for _, operation := range []string{"shell", "shell, compressed", "session list", "session remove"} {
		matrix.Ran(t, "winrm", operation, "HTTP, Negotiate")
	}
	stdout, stderr, status := alice.run("", "shell", "--no-stdin", "echo out; echo problem >&2; exit 3")
	assert.Equal(t, []any{"out\n", "problem\n", 3}, []any{stdout, stderr, status})
	long := strings.Repeat("a line of input\n", 20000)
	stdout, stderr, status = alice.run(long, "shell", "--compression", "cat")
	assert.Equal(t, []any{"", 0}, []any{stderr, status})
	assert.Equal(t, long, stdout)
	stdout, _, status = alice.run("", "shell", "--no-stdin", "--environment", "COLOUR=blue", "--directory", "/", "echo $COLOUR $PWD")
	assert.Equal(t, []any{"blue /\n", 0}, []any{stdout, status})
	_, stderr, status = alice.run("", "shell", "--configuration", "nobody", "true")
	assert.Equal(t, 255, status)
	assert.Contains(t, stderr, "nobody")

	assert.Equal(t, "", alice.succeeds("session", "list", "-o", "plain"), "no shell is left")
	left := s.client().over("https").leave(t, args{"scripts": []string{"1"}})
	assert.Equal(t, left.ids()[0]+"\n", alice.succeeds("session", "list", "-o", "plain"))
	var list []struct{ ShellID, State, ConfigurationName, Owner string }
	require.NoError(t, json.Unmarshal([]byte(alice.succeeds("session", "list", "-o", "json")), &list))
	require.Len(t, list, 1)
	assert.Equal(t, []string{"Disconnected", "Microsoft.PowerShell", "alice"}, []string{list[0].State, list[0].ConfigurationName, list[0].Owner})
	alice.succeeds("session", "remove", left.ids()[0][:8])
	_, stderr, status = alice.run("", "session", "remove", left.ids()[0])
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "no such session")
}
