package winrs

import (
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/winrmd/winrmd/shell"
)

// maxLine is how many characters a command line may have: the limit of
// CreateProcess, with its final zero not counted.
const maxLine = 32766

// Options of a Command request.
const (
	optionSkipShell   = "WINRS_SKIP_CMD_SHELL"
	optionConsoleMode = "WINRS_CONSOLEMODE_STDIN"
)

// program is what is started for a command.
type program struct {
	path string
	args []string // with the program's name first
	// verbatim, if not empty, is the command line as Windows takes it, where
	// args would be quoted in a way that was not asked for.
	verbatim string
}

// resolve finds out what a request wants to run. The error is a
// *shell.PluginError, or a *saying where a shell would only have said
// something.
func (i *instance) resolve(r *shell.CommandRequest) (program, error) {
	words := make([]string, 1, 1+len(r.Arguments))
	words[0] = r.Line
	for _, a := range r.Arguments {
		words = append(words, string(a.Raw())) // text of the line, on the wire as here
	}
	line := strings.Join(words, " ")
	switch {
	case strings.TrimSpace(line) == "" || strings.Contains(line, "\x00"):
		return program{}, errParameter
	case utf8.RuneCountInString(line) > maxLine:
		return program{}, refuse(codeTooLong, nil)
	case isTrue(r.Options[optionSkipShell]):
		return i.directProgram(words, line)
	}
	if word, rest, ok := engineWord(line); ok {
		return engineProgram(i.engine, word, split(rest), !isFalse(r.Options[optionConsoleMode]))
	}
	return shellProgram(line), nil
}

// directProgram is a program that is started by its path.
func (i *instance) directProgram(words []string, line string) (program, error) {
	path := words[0]
	if path == "" {
		return program{}, errParameter
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(i.directory, path)
	}
	return program{path: path, args: words, verbatim: line}, nil
}

// isTrue and isFalse read an option; clients write TRUE, True, true and 1.
func isTrue(s string) bool  { return s == "1" || strings.EqualFold(s, "true") }
func isFalse(s string) bool { return s == "0" || strings.EqualFold(s, "false") }
