package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tailLine is a line of "winrmd session tail --output json".
type tailLine struct {
	Time                     time.Time
	CommandID                string `json:"CommandId"`
	Stream, Kind, Text, Type string
	Missed                   int
}

// tailing is a "winrmd session tail" that runs.
type tailing struct {
	command *exec.Cmd
	lines   *bufio.Scanner
	stderr  *serverLog
}

// tail starts to look on. It is killed at the end of the test.
func (s *server) tail(t *testing.T, arguments ...string) *tailing {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), clientTimeout)
	arguments = append([]string{"session", "tail", "--state", s.state}, arguments...)
	l := &tailing{command: exec.CommandContext(ctx, s.program, arguments...), stderr: &serverLog{}}
	l.command.Stderr = l.stderr
	stdout, err := l.command.StdoutPipe()
	require.NoError(t, err)
	l.lines = bufio.NewScanner(stdout)
	require.NoError(t, l.command.Start())
	t.Cleanup(func() {
		cancel()
		_ = l.command.Wait() // it has ended, or was killed
	})
	return l
}

// until reads lines until one is wanted; without one, to the end.
func (l *tailing) until(t *testing.T, wanted func(tailLine) bool) []tailLine {
	t.Helper()
	var all []tailLine
	for l.lines.Scan() {
		var line tailLine
		require.NoError(t, json.Unmarshal(l.lines.Bytes(), &line), "%s", l.lines.Bytes())
		all = append(all, line)
		if wanted != nil && wanted(line) {
			return all
		}
	}
	require.NoError(t, l.lines.Err())
	require.Nil(t, wanted, "session tail has ended: %s\n%+v", l.stderr, all)
	return all
}

// ended checks that the command ends by itself, without a word.
func (l *tailing) ended(t *testing.T) {
	t.Helper()
	assert.NoError(t, l.command.Wait())
	assert.Empty(t, l.stderr.String())
}

// texts are the texts of one kind.
func texts(lines []tailLine, kind string) []string {
	var list []string
	for _, line := range lines {
		if line.Kind == kind {
			list = append(list, line.Text)
		}
	}
	return list
}

// count is how numbers look.
func count(n int, more ...string) []string {
	var list []string
	for _, v := range numbers(1, n) {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		list = append(list, string(text))
	}
	return append(list, more...)
}

func completed(line tailLine) bool { return line.Kind == "state" && line.Text == "Completed" }

// waitHeld waits until a session holds a line that is wanted.
func (s *server) waitHeld(t *testing.T, id string, wanted func(tailLine) bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		lines := s.tail(t, "--output", "json", "--follow=false", id).until(t, nil)
		if slices.ContainsFunc(lines, wanted) {
			return
		}
		require.True(t, time.Now().Before(deadline), "it does not come:\n%+v", lines)
	}
}

// TestTail: an administrator sees all that a session puts out while it has no
// client, in order, and the client that comes back gets it all the same. It
// does not matter whether the server lives.
func TestTail(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"server": false, "no server": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, setup{})
			goOn := newGate(t)
			left := s.client().leave(t, args{"scripts": []string{"Write-Warning 'a warning'; " + halting(30, goOn)}})
			id := left.ids()[0]
			fifteen := func(line tailLine) bool { return line.Kind == "output" && line.Text == "15" }
			s.waitHeld(t, id, fifteen)
			if killed {
				s.kill(t)
			}
			begin := time.Now()
			l := s.tail(t, "--output", "json", strings.ToLower(id))
			lines := l.until(t, fifteen)
			for _, line := range lines {
				if line.Kind == "output" {
					assert.Zero(t, line.Time, "it was held")
					assert.Equal(t, "PIPELINE_OUTPUT", line.Type)
				}
			}
			held := s.tail(t, "--output", "json", "--follow=false", id)
			assert.Equal(t, count(15), texts(held.until(t, nil), "output"))
			held.ended(t)

			goOn.open(t)
			lines = append(lines, l.until(t, completed)...)
			assert.Equal(t, count(30, "end"), texts(lines, "output"))
			assert.Equal(t, []string{"a warning"}, texts(lines, "warning"))
			assert.Empty(t, texts(lines, "missed"))
			last := lines[len(lines)-1]
			assert.WithinRange(t, last.Time, begin, time.Now())
			if killed {
				s.restart(t)
			}
			text := s.command(t, "", "session", "tail", "--state", s.state, id, "--follow=false", "--command", last.CommandID[:8])
			t.Logf("session tail:\n%s", text)
			assert.Equal(t, 1+30+1+1, strings.Count(text, "\n"), text)

			got := s.client().comeBack(t, left, nil).onlyPipeline(t)
			got.completed(t)
			assert.Equal(t, append(numbers(1, 30), "end"), got.Output)
			assert.Equal(t, []string{"a warning"}, got.Warnings)
			l.until(t, nil)
			l.ended(t) // with the session
		})
	}
}

// TestTailKinds shows what a script may put out, in words.
func TestTailKinds(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	const script = `"esc$([char]27)[2J"; [pscustomobject]@{a = 1}; @{b = 2}; $null; @(1, 2), 3; [int][char]'a'; [System.IO.FileMode]::Open
Write-Error 'an error'; Write-Verbose 'v' -Verbose; Write-Debug 'd' -Debug; Write-Information 'i'
Write-Progress -Activity 'act' -Status 'st' -PercentComplete 50; throw 'thrown'`
	left := s.client().leave(t, args{"scripts": []string{script}})
	id := left.ids()[0]
	l := s.tail(t, "--output", "json", id)
	lines := l.until(t, func(line tailLine) bool { return strings.HasPrefix(line.Text, "Failed") })
	t.Logf("session tail:\n%s", s.command(t, "", "session", "tail", "--state", s.state, id, "--follow=false"))
	assert.Equal(t, []string{"esc\x1b[2J", "@{a=1}", "@{b=2}", "$null", "{1, 2}", "3", "97", "Open"}, texts(lines, "output"))
	assert.Equal(t, []string{"an error"}, texts(lines, "error"))
	assert.Contains(t, texts(lines, "verbose"), "v")
	assert.Contains(t, texts(lines, "debug"), "d")
	assert.Contains(t, texts(lines, "information"), "i")
	assert.Contains(t, texts(lines, "progress"), "act: st 50%")
	assert.Equal(t, "Failed: thrown", lines[len(lines)-1].Text)
	assert.Empty(t, texts(lines, "unreadable"))
}

// TestTailHostCall shows what a session waits for.
func TestTailHostCall(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	asked := run[struct {
		ShellID string `json:"shellId"`
	}](t, s.client(), "psrp_question.py", args{"confirm": false}) // so it is still held
	lines := s.tail(t, asked.ShellID, "--follow=false", "--output", "json").until(t, nil)
	assert.Equal(t, []string{"ReadLine"}, texts(lines, "host call"))
}

// TestTailCommandShell: of a command shell the bytes themselves are shown.
func TestTailCommandShell(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	goOn := newGate(t)
	left := run[winrsDeparture](t, s.client(), "winrs_disconnect.py", args{
		"command": "echo first; " + goOn.commandLine() + "; echo second; printf 'third\\033[1m' ; echo bad >&2; exit 4", "named": true,
	})
	goOn.open(t)
	l := s.tail(t, left.ShellID)
	var got []string
	for l.lines.Scan() {
		got = append(got, l.lines.Text())
		if l.lines.Text() == "second" {
			break
		}
	}
	require.NotEmpty(t, got, l.stderr.String())
	assert.Equal(t, "second", got[len(got)-1])
	require.Eventually(t, func() bool { return l.stderr.contains("bad\n") }, patience, 20*time.Millisecond)
	held := s.command(t, "", "session", "tail", "--state", s.state, left.ShellID, "--follow=false")
	assert.Contains(t, []string{"second\nthird\x1b[1m", "first\nsecond\nthird\x1b[1m"}, held)
	lines := s.tail(t, left.ShellID, "--follow=false", "--output", "json").until(t, nil)
	assert.Equal(t, []string{"bad\n"}, streamTexts(lines, "stderr"))
	assert.Equal(t, held, strings.Join(streamTexts(lines, "stdout"), ""))

	back := run[commandResult](t, s.client(), "winrs_disconnect.py", args{
		"shell_id": left.ShellID, "command_id": left.CommandID,
	})
	assert.Equal(t, held, back.Stdout)
	assert.Equal(t, 4, back.ExitCode)
	require.True(t, l.lines.Scan())
	assert.Equal(t, "third\x1b[1m", l.lines.Text())
	assert.False(t, l.lines.Scan())
	assert.NoError(t, l.command.Wait())
}

func streamTexts(lines []tailLine, stream string) []string {
	var list []string
	for _, line := range lines {
		if line.Stream == stream {
			list = append(list, line.Text)
		}
	}
	return list
}
