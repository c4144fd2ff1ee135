package winrm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const documentPath = "../../docs/winrm.md"

// step is a command of the document, with what it says that is shown.
type step struct {
	line       int // of the command in the document
	command    string
	want       string
	begin, end int // the lines of what is shown
}

// readDocument finds the commands: lines in code that begin with "$ ", each with the lines
// after it to the next one or to the end of the code.
func readDocument(lines []string) (steps []step, config string) {
	var current *step
	toml := false
	finish := func(end int) {
		if current != nil {
			for end > current.begin && lines[end-1] == "" {
				end--
			}
			current.end = end
			for _, l := range lines[current.begin:end] {
				current.want += strings.TrimPrefix(l, "    ") + "\n"
			}
			steps = append(steps, *current)
			current = nil
		}
	}
	for i, l := range lines {
		command, isCommand := strings.CutPrefix(l, "    $ ")
		switch {
		case l == "```toml", l == "```" && toml:
			toml = !toml
		case toml:
			config += l + "\n"
		case isCommand:
			finish(i)
			current = &step{line: i + 1, command: command, begin: i + 1}
		case current != nil && l != "" && !strings.HasPrefix(l, "    "):
			finish(i)
		}
	}
	finish(len(lines))
	return steps, config
}

// typing is what a person does at a terminal after a command of the document.
type typing struct {
	command string // how it begins
	person  func(s *terminal)
	// only says that the document has no more than a part of what is shown, in one
	// moment.
	only bool
}

func typings(lines []string) []typing {
	return []typing{
		{"winrm session invoke --name count", func(s *terminal) {
			s.await("\n2\n")
			s.types("\x03")
			s.await(question)
			s.types("d\n")
		}, false},
		{"winrm session invoke '1..10", func(s *terminal) { s.await(" 60% Copying: file 6") }, true},
		{"winrm session invoke '$s = Read-Host", func(s *terminal) {
			s.await("Token: ")
			s.blind()
			s.types("12345\n")
		}, false},
		{"winrm session enter", func(s *terminal) {
			for _, l := range lines {
				switch {
				case strings.HasPrefix(l, "PS "):
					_, typed, _ := strings.Cut(l, "> ")
					s.await("> ")
					s.types(typed + "\n")
					s.await("\n") // what was typed is there
				case strings.HasPrefix(l, "Your name: "):
					s.await("Your name: ")
					s.types(strings.TrimPrefix(l, "Your name: ") + "\n")
					s.await("\n")
				case l == "^C":
					s.types("\x03")
				}
			}
		}, false},
	}
}

var (
	numbers = regexp.MustCompile(`(?m)^(\d+\n)+`)
	prompts = regexp.MustCompile(`(?m)^PS \S+> `)
	took    = regexp.MustCompile(`\(\d+(\.\d+)?m?s\)`)
)

// loose makes what depends on the moment, or on where the server is, the same.
func loose(s *step, text string) string {
	text = prompts.ReplaceAllString(text, "PS /root> ")
	if strings.Contains(s.command, " count ") || strings.Contains(s.command, "--name count") {
		text = numbers.ReplaceAllString(text, "NUMBERS\n")
	}
	if strings.Contains(s.command, ">&2") { // two streams, in any order
		all := strings.Split(strings.Trim(text, "\n"), "\n")
		slices.Sort(all)
		text = strings.Join(all, "\n")
	}
	return took.ReplaceAllString(text, "(0s)")
}

// TestDocument: every command of docs/winrm.md, one after the other, shows what the
// document says.
func TestDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(documentPath)
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	steps, config := readDocument(lines)
	require.Greater(t, len(steps), 30)

	p := newPersonAt(t, &documented, "alice")
	p.plain = true
	directory := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(directory, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	certificate, err := os.ReadFile(filepath.Join(p.server.State(), "certificate.pem"))
	require.NoError(t, err)
	write("server.pem", string(certificate))
	write("password.txt", p.password+"\n")
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	addresses := strings.NewReplacer("127.0.0.1:5986", host(p.server.HTTPS), "127.0.0.1:5985", host(p.server.HTTP))
	write("winrm/connections.toml", addresses.Replace(config))
	for _, s := range steps { // files that the document shows are there
		if name, ok := strings.CutPrefix(s.command, "cat "); ok {
			write(name, s.want)
		}
	}
	n := newNormal(p, directory, "$WORK", home+"\n", "/root\n")
	wanted := newNormal(p)
	known := map[string]string{} // identifiers of the document
	var exports []string
	shown := slices.Clone(lines[:0])
	copied := 0
	for _, s := range steps {
		command := identifier.ReplaceAllStringFunc(addresses.Replace(s.command), func(id string) string { return orElse(known[id], id) })
		if strings.HasPrefix(command, "export ") {
			exports = append(exports, command)
			continue
		}
		script := strings.Join(append(slices.Clone(exports), command), "\n")
		got := p.shows(t, directory, script, s)
		a, b := identifier.FindAllString(s.want, -1), identifier.FindAllString(got, -1)
		for i := range min(len(a), len(b)) {
			known[a[i]] = b[i]
		}
		// Numbered in the order of the document.
		wantText, gotText := loose(&s, wanted.text(s.want)), loose(&s, n.text(got))
		same := strings.Trim(wantText, "\n") == strings.Trim(gotText, "\n")
		if *update {
			shown = append(shown, lines[copied:s.begin]...)
			if copied = s.begin; !same {
				if got = strings.TrimRight(n.literal.Replace(got), "\n"); got != "" {
					for line := range strings.SplitSeq(got, "\n") {
						shown = append(shown, strings.TrimRight("    "+line, " "))
					}
				}
				copied = s.end
			}
		} else {
			assert.Equal(t, strings.Trim(wantText, "\n"), strings.Trim(gotText, "\n"), "line %d: %s", s.line, s.command)
		}
	}
	if *update {
		shown = append(shown, lines[copied:]...)
		require.NoError(t, os.WriteFile(documentPath, []byte(strings.Join(shown, "\n")), 0o600))
	}
}

// shows runs a command and returns all that is shown, or the part of it that the document
// has, when it was there.
func (p person) shows(t *testing.T, directory, script string, s step) string {
	t.Helper()
	command := []string{"bash", "-c", "cd '" + directory + "'; export XDG_CONFIG_HOME=$PWD\n" + script}
	for _, how := range typings(strings.Split(s.want, "\n")) {
		if !strings.HasPrefix(s.command, how.command) {
			continue
		}
		at := p.sit(t, 120, 100, "", command...)
		how.person(at)
		if how.only {
			at.seen = 0
			at.await(strings.Trim(s.want, "\n"))
			return s.want
		}
		code := at.leaves()
		at.mu.Lock()
		defer at.mu.Unlock()
		_, text, _ := strings.Cut(at.picture(), "\n")
		return withStatus(text, code)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = append(c.Environ(), "PATH="+filepath.Dir(p.winrm)+":"+os.Getenv("PATH"))
	output, err := c.CombinedOutput()
	code, err := status(err)
	require.NoError(t, err)
	return withStatus(string(output), code)
}

func withStatus(text string, code int) string {
	if code != 0 {
		text = strings.TrimRight(text, "\n") + fmt.Sprintf("\n[exit status %d]\n", code)
	}
	return text
}
