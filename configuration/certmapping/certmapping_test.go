package certmapping

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

const sha1Text = "a9 4a:8f e5 cc b1 9b a6 1c 4c 08 73 d3 91 e9 87 98 2f bb d3"

func write(t *testing.T, path, content string) {
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

func TestEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	f := Open(path)
	all, err := f.Entries()
	require.NoError(t, err)
	assert.Empty(t, all, "no file, no entries")

	write(t, path, "[[Mapping]]\nSubject = \"*@example.com\"\nIssuer = \""+sha1Text+"\"\nUser = \"ada\"\n"+
		"[[Mapping]]\nSubject = \"CN=x\"\nURI = \"http://schemas.microsoft.com/\"\nEnabled = false\nUser = \"bob\"\n")
	all, err = f.Entries()
	require.NoError(t, err)
	assert.Equal(t, []Entry{
		{Subject: "*@example.com", Issuer: "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", URI: "*", Enabled: true, User: "ada"},
		{Subject: "CN=x", URI: "http://schemas.microsoft.com/", User: "bob"},
	}, all)

	write(t, path, "")
	all, err = f.Entries()
	require.NoError(t, err)
	assert.Empty(t, all, "read again")
	require.NoError(t, os.Remove(path))
	all, err = f.Entries()
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestBrokenFileHasNoEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	const good = "[[Mapping]]\nSubject = \"*\"\nUser = \"ada\"\n"
	for name, c := range map[string]struct{ content, want string }{
		"syntax":       {"[[Mapping]\n", "certmapping.toml:1:"},
		"unknown key":  {good + "Password = \"x\"\n", "certmapping.toml:4:1: Mapping.Password"},
		"no subject":   {"[[Mapping]]\nUser = \"ada\"\n", "Mapping 1 (ada): Subject: empty"},
		"no user":      {good + "[[Mapping]]\nSubject = \"*\"\n", "Mapping 2 (): user name: empty"},
		"bad user":     {"[[Mapping]]\nSubject = \"*\"\nUser = \"X\\\\ada\"\n", "Mapping 1 (X\\ada): user name"},
		"short issuer": {good + "Issuer = \"a9\"\n", "Issuer: neither"},
		"no issuer":    {good + "Issuer = \"Example CA\"\n", "Issuer: neither"},
		"no URI":       {good + "URI = \"\"\n", "URI: empty"},
		"pattern":      {good + "URI = \"http://a/*\"\n", "URI: either"},
	} {
		t.Run(name, func(t *testing.T) {
			f := Open(path)
			write(t, path, good)
			_, err := f.Entries()
			require.NoError(t, err)
			write(t, path, c.content)
			for range 2 {
				all, err := f.Entries()
				require.ErrorContains(t, err, c.want)
				var e *configuration.FileError
				assert.ErrorAs(t, err, &e)
				assert.Empty(t, all)
			}
		})
	}
}

func TestFileThatOthersCanChange(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no modes there
	}
	path := filepath.Join(t.TempDir(), "certmapping.toml")
	write(t, path, "")
	require.NoError(t, os.Chmod(path, 0o664))
	_, err := Open(path).Entries()
	assert.ErrorContains(t, err, "chmod go-w "+path)
}

func TestAuthorities(t *testing.T) {
	dir := t.TempDir()
	_, err := configuration.Certificate(dir)
	require.NoError(t, err)
	certificate, err := os.ReadFile(filepath.Join(dir, "certificate.pem"))
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	require.NoError(t, err)
	path := filepath.Join(dir, "ca.pem")
	a := OpenAuthorities(path)
	_, err = a.Pool()
	require.ErrorIs(t, err, fs.ErrNotExist)
	write(t, path, "Example CA\n"+string(certificate)+string(certificate))
	pool, err := a.Pool()
	require.NoError(t, err)
	assert.NotNil(t, pool)
	for want, content := range map[string]string{
		"no certificate": "x", "KEY among the certificates": string(certificate) + string(key),
		"certificate 1:": strings.Replace(string(certificate), "MII", "AAA", 1),
	} {
		write(t, path, content)
		_, err := a.Pool()
		assert.ErrorContains(t, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[[Mapping]]\nSubject = \"*\"\nUser = \"ada\"\nIssuer = \"" + sha1Text + "\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		all, err := parse("x", content)
		if err != nil {
			return
		}
		for _, e := range all {
			assert.NoError(t, e.check())
		}
	})
}
