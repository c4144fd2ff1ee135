package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// probe runs a verb that only looks at what it was told.
func probe(t *testing.T, stdin string, arguments ...string) (*connection, string, error) {
	t.Helper()
	c := &connection{}
	var password string
	cmd := &cobra.Command{
		Use: "probe", SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := c.complete(func(flag string) bool { return cmd.Flags().Changed(flag) })
			if err == nil {
				password, err = c.password(cmd, n)
			}
			return err
		},
	}
	c.flags(cmd.PersistentFlags())
	cmd.SetArgs(arguments)
	cmd.SetIn(strings.NewReader(stdin))
	err := cmd.ExecuteContext(context.Background())
	return c, password, err
}

// TestPrecedence: the command line, then the environment, then the named
// connection.
func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "connections.toml")
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("from file\nmore"), 0o600))
	require.NoError(t, os.WriteFile(file, []byte(`
[connections.build]
URL = "https://build"
Username = "ann"
Auth = "basic"
Insecure = true
Password = { File = "`+filepath.ToSlash(secret)+`" }
[connections.shown]
Password = { Command = ["echo", "from program"] }
[connections.env]
Password = { Env = "WINRM_TEST_SECRET" }
`), 0o600))
	t.Setenv("WINRM_CONFIG", file)
	t.Setenv("WINRM_AUTH", "ntlm")
	c, password, err := probe(t, "", "--connection", "build", "--username", "bob")
	require.NoError(t, err)
	assert.Equal(t, settings{URL: "https://build", Username: "bob", Auth: "ntlm", Insecure: true}, c.settings)
	assert.Equal(t, "from file", password)

	_, password, err = probe(t, "", "-c", "shown")
	require.NoError(t, err)
	assert.Equal(t, "from program", password)
	_, _, err = probe(t, "", "-c", "env")
	assert.ErrorContains(t, err, "WINRM_TEST_SECRET, which is not set")
	t.Setenv("WINRM_TEST_SECRET", "from variable")
	_, password, err = probe(t, "", "-c", "env")
	require.NoError(t, err)
	assert.Equal(t, "from variable", password)
	t.Setenv("WINRM_PASSWORD", "from environment")
	_, password, err = probe(t, "", "-c", "env")
	require.NoError(t, err)
	assert.Equal(t, "from environment", password)
	_, password, err = probe(t, "from stdin\r\nrest", "-c", "env", "--password-stdin")
	require.NoError(t, err)
	assert.Equal(t, "from stdin", password)

	_, _, err = probe(t, "", "-c", "nobody")
	assert.Equal(t, exitUsage, exitStatus(err))
	t.Setenv("WINRM_INSECURE", "maybe")
	_, _, err = probe(t, "")
	assert.ErrorContains(t, err, `WINRM_INSECURE: "maybe"`)
}

func TestConnectionsFileIsStrict(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"[connections.a]\nUrl2 = 'x'\n":     ":2:1: unknown key connections.a.Url2",
		"[connections.a]\nPassword = 'x'\n": ":2:",
		"[connections.a\n":                  ":1:",
		"[connections.a]\nInsecure = 'yes'": ":2:",
	} {
		file := filepath.Join(t.TempDir(), "c.toml")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := readConnections(file)
		assert.ErrorContains(t, err, want)
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	asked := 0
	password := func() (string, error) { asked++; return "p", nil }
	for s, want := range map[settings]int{
		{Auth: "none"}: 0, {}: 0, {Auth: "kerberos"}: 0, {Username: "a"}: 1, {Auth: "NTLM", Username: "a"}: 1,
		{Auth: "basic", Username: "a"}: 1, {Auth: "credssp", Username: "a"}: 1, {Auth: "certificate", Certificate: "f"}: 0,
	} {
		asked = 0
		_, err := s.authentication(password)
		require.NoError(t, err, "%+v", s)
		assert.Equal(t, want, asked, "%+v", s)
	}
	for _, s := range []settings{{Auth: "basic"}, {Auth: "digest", Username: "a"}, {Auth: "certificate"}} {
		_, err := s.authentication(password)
		assert.Equal(t, exitUsage, exitStatus(err), "%+v", s)
	}
}

// TestCompleteConnection: -c offers what the configuration file has.
func TestCompleteConnection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "connections.toml")
	require.NoError(t, os.WriteFile(file, []byte("[connections.b]\nURL = \"https://b\"\n[connections.a]\nURL = \"https://a\"\n"), 0o600))
	t.Setenv("WINRM_CONFIG", file)
	root, _ := rootCommand()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"__complete", "identify", "-c", ""})
	require.NoError(t, root.Execute())
	assert.True(t, strings.HasPrefix(out.String(), "a\nb\n:4\n"), out.String())
}
