package interop

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
)

var oneIdentifier = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\n$`)

// TestWinrmSession: the life of a session, each step a program of its own.
func TestWinrmSession(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	for _, operation := range []string{"session new", "session invoke", "session connect", "session disconnect"} {
		matrix.Ran(t, "winrm", operation, "HTTP, Negotiate")
	}
	id := alice.succeeds("session", "new", "--name", "life", "--idle-timeout-sec", "3600", "--output-buffering-mode", "drop")
	require.Regexp(t, oneIdentifier, id)
	assert.Equal(t, "", alice.succeeds("session", "invoke", "--session", "life", "$kept = 41"))
	assert.Equal(t, "42\n", alice.succeeds("session", "invoke", "--session", id[:8], "$kept + 1"))

	type state struct {
		Name, State, BufferMode string
		IdleTimeoutSec          float64
		Commands                []struct{ CommandLine string }
	}
	is := func() (is state) {
		t.Helper()
		require.NoError(t, json.Unmarshal([]byte(alice.succeeds("session", "connect", "life", "-o", "json")), &is))
		return is
	}
	assert.Equal(t, state{"life", "Disconnected", "Drop", 3600, []struct{ CommandLine string }{}}, is())
	alice.succeeds("session", "disconnect", "life", "--idle-timeout-sec", "120", "--output-buffering-mode", "Block")
	assert.Equal(t, state{"life", "Disconnected", "Block", 120, []struct{ CommandLine string }{}}, is())

	goOn := newGate(t)
	assert.Equal(t, id, alice.succeeds("session", "invoke", "--session", "life", "--in-disconnected-session", "--argument", "given",
		"param($a) 1..3; "+goOn.script()+"; $a"))
	got := is()
	require.Len(t, got.Commands, 1)
	assert.Contains(t, got.Commands[0].CommandLine, "param($a) 1..3")
	goOn.open(t)
	assert.Equal(t, "1\n2\n3\ngiven\n", alice.succeeds("session", "receive", "life"))
	_, stderr, status := alice.run("", "session", "receive", "life")
	assert.Zero(t, status)
	assert.Equal(t, "winrm: the session has nothing to receive\n", stderr)

	alice.succeeds("session", "invoke", "--session", "life", "--in-disconnected-session", "'before'; throw 'at the end'")
	stdout, stderr, status := alice.run("", "session", "receive", "life", "--remove")
	assert.Equal(t, []any{"before\n", 1}, []any{stdout, status})
	assert.Contains(t, stderr, "at the end\nAt line:1 char:11\n")
	assert.Contains(t, stderr, "    + CategoryInfo          : OperationStopped: (at the end:String) [], RuntimeException\n")
	assert.Equal(t, "", alice.succeeds("session", "list", "-o", "plain"))

	_, stderr, status = alice.run("", "session", "receive", "life")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "no such session")
	_, _, status = alice.run("", "session", "new", "--output-buffering-mode", "None")
	assert.Equal(t, 2, status)
	_, _, status = alice.run("", "session", "invoke", "--output", "nonsense", "1")
	assert.Equal(t, 2, status)
	_, _, status = alice.run("", "session", "new", "--configuration", "nobody")
	assert.Equal(t, 5, status)
}

// TestWinrmSessionOutput: what a script puts out, in every form, and where it
// comes from.
func TestWinrmSessionOutput(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	const objects = "7; [pscustomobject]@{Name='a';Value=1}, [pscustomobject]@{Name='long name';Value=200}; 'text'; " +
		"[pscustomobject]@{A=1;Bee=$null;C='three';D=@(1,2);E=[DayOfWeek]::Monday}"
	assert.Equal(t, `7

Name      Value
----      -----
a             1
long name   200

text
A   : 1
Bee :
C   : three
D   : {1, 2}
E   : Monday

`, alice.succeeds("session", "invoke", objects))
	assert.Equal(t, `7
{"Name":"a","Value":1}
{"Name":"long name","Value":200}
"text"
{"A":1,"Bee":null,"C":"three","D":[1,2],"E":"Monday"}
`, alice.succeeds("session", "invoke", "--output", "json", objects))
	assert.Equal(t, "<I32>7</I32>\n<S>a_x000A_b</S>\n", alice.succeeds("session", "invoke", "--output", "raw", "7; \"a`nb\""))

	const streams = "'output'; Write-Error 'an error'; Write-Warning 'a warning'; Write-Verbose -Verbose 'verbose'; " +
		"Write-Host 'said'; Write-Information 'known'; Write-Progress 'not shown'"
	stdout, stderr, status := alice.run(streams, "session", "invoke")
	assert.Equal(t, []any{"output\nsaid\n", 0}, []any{stdout, status}, stderr)
	assert.Regexp(t, `^Write-Error : an error\n(?s:.*)FullyQualifiedErrorId : Microsoft.*\nWARNING: a warning\nVERBOSE: verbose\nknown\n$`, stderr)
	stdout, stderr, status = alice.run(streams, "session", "invoke", "--file", "-", "--output", "json")
	assert.Equal(t, []any{"\"output\"\n", 0}, []any{stdout, status}, stderr)
	var got []string
	for line := range strings.Lines(stderr) {
		var record struct{ Stream, Message string }
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		got = append(got, record.Stream+" "+record.Message)
	}
	assert.Equal(t, []string{"Error an error", "Warning a warning", "Verbose verbose", "Information said", "Information known"}, got)

	long := alice.succeeds("session", "invoke", "1..20000 | % { 'line ' + $_ }")
	assert.Equal(t, 20000, strings.Count(long, "\n"))
	assert.True(t, strings.HasSuffix(long, "line 20000\n"))
	stdout, stderr, status = alice.run("me\n", "session", "invoke", "'I am ' + (Read-Host 'Who')")
	assert.Equal(t, []any{"I am me\n", 0}, []any{strings.TrimPrefix(stdout, "Who: "), status}, stderr)
}

// TestWinrmSessionPypsrp: what winrm leaves at a server pypsrp receives, and the
// other way round.
func TestWinrmSessionPypsrp(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	alice := s.terminal(t, "alice")
	goOn := newGate(t)
	id := strings.TrimSpace(alice.succeeds("session", "invoke", "--in-disconnected-session", "1..5; "+goOn.script()+"; 6..20"))
	var left departure
	left.Pools = append(left.Pools, struct {
		ShellID string `json:"shellId"`
		Seen    []any
	}{ShellID: id})
	goOn.open(t)
	pipeline := s.client().over("https").comeBack(t, left, args{"after": "'after'"}).onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, numbers(1, 20), pipeline.Output)

	left = s.client().over("https").leave(t, args{"scripts": []string{"1..10; Write-Warning 'a warning'; 11..20"}})
	stdout, stderr, status := alice.run("", "session", "receive", left.ids()[0], "--remove")
	assert.Equal(t, []any{strings.Join(numbersText(1, 20), "\n") + "\n", "WARNING: a warning\n", 0}, []any{stdout, stderr, status})
	assert.NotContains(t, alice.succeeds("session", "list", "-o", "plain"), left.ids()[0])
}
