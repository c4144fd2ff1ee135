package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// update writes the golden files anew.
var update = flag.Bool("update", false, "write testdata/*.golden.txt and docs/configuration.md anew")

// run runs a command line as main does. DIR in it stands for the state directory.
func run(t *testing.T, dir string, input string, arguments ...string) (stdout, stderr string, err error) {
	t.Helper()
	for i := range arguments {
		arguments[i] = strings.ReplaceAll(arguments[i], "DIR", dir)
	}
	var out, errs bytes.Buffer
	root := rootCommand()
	root.SetArgs(arguments)
	root.SetIn(strings.NewReader(input))
	root.SetOut(&out)
	root.SetErr(&errs)
	err = root.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

// transcript runs lines one after another and compares what they print with a
// golden file: standard error with "! " in front, and the error as main tells it.
// Every line ends up with --state.
func transcript(t *testing.T, name, dir string, lines ...string) {
	t.Helper()
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "$ winrmd %s\n", line)
		words := splitWords(line)
		words = append(words[:2:2], append([]string{"--state", "DIR"}, words[2:]...)...)
		stdout, stderr, err := run(t, dir, "", words...)
		b.WriteString(stdout)
		for text := range strings.Lines(stderr) {
			b.WriteString("! " + text)
		}
		if err != nil {
			fmt.Fprintf(&b, "! winrmd: %v\n(exit 1)\n", err)
		}
	}
	got := strings.ReplaceAll(b.String(), dir, "DIR")
	path := filepath.Join("testdata", name+".golden.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update")
	assert.Equal(t, string(want), got)
}

// splitWords splits a line at blanks that are not between ' and '.
func splitWords(line string) []string {
	var words []string
	word, begun, quoted := "", false, false
	for _, r := range line + " " {
		switch {
		case r == '\'':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(r), true
		}
	}
	return words
}
