//go:build unix

package winrm

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts: every verb, in scripts. What they do and see is a transcript at the end
// of each.
func TestScripts(t *testing.T) {
	t.Parallel()
	newPerson(t, administrator)
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "scripts"),
		UpdateScripts: *update,
		Deadline:      time.Now().Add(3 * patience),
		Setup:         func(e *testscript.Env) error { return setUp(t, e) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"winrm": runWinrm, "aside": aside, "keep": keep, "as": as, "unset": unset,
		},
	})
}

// transcript is what a script has done and seen, in a file of that name.
type transcript struct {
	normal *normal
	last   string   // of standard output, as it was
	absent []string // options of env for variables that are to be absent
}

const transcriptFile = "transcript"

// setUp gives a script a user of its own.
func setUp(t *testing.T, e *testscript.Env) error {
	name := strings.TrimPrefix(filepath.Base(e.WorkDir), "script-")
	p := newPerson(t, name)
	e.Values[transcriptFile] = &transcript{normal: newNormal(p, e.WorkDir, "$WORK", p.password, "PASSWORD", p.server.State(), "$STATE")}
	for key, value := range p.environment() {
		e.Setenv(key, value)
	}
	e.Setenv("HTTPS", p.server.HTTPS)
	e.Setenv("CA", filepath.Join(p.server.State(), "certificate.pem"))
	e.Setenv("USER", name)
	return os.WriteFile(filepath.Join(e.WorkDir, transcriptFile), nil, 0o600)
}

// runWinrm runs winrm and writes down how it has ended.
func runWinrm(ts *testscript.TestScript, neg bool, args []string) {
	path, err := client()
	ts.Check(err)
	tr := ts.Value(transcriptFile).(*transcript)
	command := append(slices.Clone(tr.absent), path)
	code, err := status(ts.Exec("env", append(command, args...)...))
	ts.Check(err)
	tr.last = ts.ReadFile("stdout")
	var b strings.Builder
	fmt.Fprintf(&b, "$ winrm %s\n%s", quoted(args), tr.last)
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		b.WriteString("[stderr] " + line)
	}
	if code != 0 {
		fmt.Fprintf(&b, "[exit status %d]\n", code)
	}
	f, err := os.OpenFile(ts.MkAbs(transcriptFile), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(tr.normal.text(b.String()))
	ts.Check(err)
	ts.Check(f.Close())
	if neg != (code != 0) {
		ts.Fatalf("winrm has ended with exit status %d", code)
	}
}

// aside runs winrm for what is not the same everywhere: it is not in the transcript.
func aside(ts *testscript.TestScript, _ bool, args []string) {
	path, err := client()
	ts.Check(err)
	ts.Check(ts.Exec(path, args...))
}

// quoted is a command line as it would be typed.
func quoted(args []string) string {
	all := make([]string, len(args))
	for i, a := range args {
		if all[i] = a; a == "" || strings.ContainsAny(a, " \t\n'\"$;|&?*<>(){}`\\") {
			all[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(all, " ")
}

// keep makes a variable of what the last winrm wrote, or of the one line of it that has
// a text.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: keep VARIABLE [TEXT]")
	}
	text := ts.Value(transcriptFile).(*transcript).last
	if len(args) == 2 {
		for line := range strings.Lines(text) {
			if _, after, ok := strings.Cut(line, args[1]); ok {
				text = after
			}
		}
	}
	ts.Setenv(args[0], strings.TrimSpace(text))
}

// as makes another user of the server the script's.
func as(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: as USER")
	}
	ts.Setenv("WINRM_USERNAME", args[0])
	ts.Setenv("WINRM_PASSWORD", "the pass:word of "+args[0])
}

// unset takes variables away, which testscript has no way of: they are to be absent and
// not empty.
func unset(ts *testscript.TestScript, _ bool, args []string) {
	tr := ts.Value(transcriptFile).(*transcript)
	for _, name := range args {
		tr.absent = append(tr.absent, "-u", name)
	}
}
