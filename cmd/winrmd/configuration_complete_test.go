package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// suggestions are what a shell would offer for the last word.
func suggestions(t *testing.T, words ...string) []string {
	t.Helper()
	stdout, _, err := run(t, "", "", append([]string{"__complete"}, words...)...)
	require.NoError(t, err)
	var list []string
	for line := range strings.Lines(stdout) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, ":") {
			word, _, _ := strings.Cut(line, "\t")
			list = append(list, word)
		}
	}
	return list
}

func TestConfigurationCompletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"One", "Two"} {
		_, _, err := run(t, dir, "", "configuration", "register", "--state", dir, name)
		require.NoError(t, err)
	}
	verb := func(words ...string) []string {
		return append([]string{"configuration", words[0], "--state", dir}, words[1:]...)
	}
	for _, test := range []struct {
		words, want []string
	}{
		{verb("get", ""), []string{"Microsoft.PowerShell", "One", "PowerShell.7", "Two"}},
		{verb("set", "o"), []string{"One"}},
		{verb("set", "One", ""), nil},
		{verb("enable", "One", ""), []string{"Microsoft.PowerShell", "PowerShell.7", "Two"}},
		{verb("disable", "T"), []string{"Two"}},
		{verb("unregister", "x"), nil},
		{verb("register", ""), nil},
		{verb("get", "--output", ""), []string{"table", "json"}},
		{verb("set", "One", "--output-buffering-mode", ""), []string{"Block", "Drop"}},
		{verb("register", "X", "--plugin", ""), []string{"powershell", "runspace", "winrs"}},
		{verb("register", "X", "--access-mode", ""), []string{"Remote", "Disabled"}},
		{verb("set", "One", "--set", "Output"), []string{"OutputBufferingMode=Block", "OutputBufferingMode=Drop"}},
		{verb("set", "One", "--set", "maxshells"), []string{"MaxShells=", "MaxShellsPerUser="}},
		{verb("set", "One", "--startup-script", ""), []string{"ps1"}}, // an extension
	} {
		assert.Equal(t, test.want, suggestions(t, test.words...), "%v", test.words)
	}
	// Somebody is still typing: nothing is made.
	missing := filepath.Join(dir, "missing")
	assert.Empty(t, suggestions(t, "configuration", "get", "--state", missing, ""))
	assert.NoDirExists(t, missing)
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		stdout, _, err := run(t, "", "", "completion", shell)
		require.NoError(t, err, shell)
		assert.Contains(t, stdout, "__complete", shell)
	}
}
