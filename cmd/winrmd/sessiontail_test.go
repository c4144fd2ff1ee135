package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

const tailCommandID = "2A1B3C4D-0000-4000-8000-000000000001"

// message is a message to a client in fragments of a few bytes.
func message(object uint64, kind psrp.MessageType, content string, maxBlob int) []shell.Output {
	m := psrp.Message{
		MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationClient, Type: kind}, Data: []byte(content),
	}
	var list []shell.Output
	for f, err := range psrp.Fragments(psrp.AppendFragments(nil, object, m.Append(nil), maxBlob)) {
		if err != nil {
			panic(err)
		}
		whole := append(f.Header.Append(nil), f.Blob...)
		list = append(list, shell.Output{
			CommandID: tailCommandID, Stream: "stdout", Object: object, End: f.Header.End,
			Data: base64.StdEncoding.AppendEncode(nil, whole),
		})
	}
	return list
}

// lines are the lines that a tail shows.
func lines(t *testing.T, show func(shell.Output) error, b *bytes.Buffer, outputs ...shell.Output) []string {
	t.Helper()
	b.Reset()
	for _, o := range outputs {
		require.NoError(t, show(o))
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestTextTail(t *testing.T) {
	var b bytes.Buffer
	tail := &textTail{w: &b, terminal: true, read: (&psrpTail{}).read}
	whole := message(1, psrp.MessagePipelineOutput, "<S>one</S>", 0)
	assert.Equal(t, []string{"held          2A1B3C4D  output       one"}, lines(t, tail.show, &b, whole...))

	at := whole[0]
	at.Time, at.CommandID = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.Local), ""
	assert.Equal(t, []string{"03:04:05.006  -         output       one"}, lines(t, tail.show, &b, at))

	// The rest of an object whose beginning was not seen is left out.
	second := message(2, psrp.MessageWarningRecord, "<Obj><ToString>a_x001B_[2J_x000A_b_x009B_	c_x202E_</ToString></Obj>", 50)
	require.Greater(t, len(second), 2)
	assert.Empty(t, lines(t, tail.show, &b, second[1:]...))
	assert.Equal(t, []string{`held          2A1B3C4D  warning      a\x1b[2J\nb\u009b` + "\tc" + `\u202e`}, lines(t, tail.show, &b, second...))

	// What is missed may be the middle of an object.
	got := lines(t, tail.show, &b, second[0], shell.Output{Missed: 3}, second[2], shell.Output{Following: true}, whole[0])
	assert.Equal(t, []string{
		"held          -         missed       3 pieces of output are not shown: they came too fast, or the client has taken them",
		"held          2A1B3C4D  output       one",
	}, got)

	// An object that never came to its end gives way to the next.
	assert.Equal(t, []string{"held          2A1B3C4D  output       one"}, lines(t, tail.show, &b, second[0], whole[0]))

	bad := shell.Output{CommandID: tailCommandID, Stream: "stdout", Data: shell.Base64("AAAA")}
	assert.Equal(t, []string{
		"held          2A1B3C4D  unreadable   fragment at offset 0: ends within a fragment header",
		"held          2A1B3C4D  unreadable   message: content is not CLIXML: elements are not balanced",
		"held          2A1B3C4D  output       one",
	}, lines(t, tail.show, &b, bad, message(3, psrp.MessagePipelineOutput, "<S></T>", 0)[0], whole[0]))
}

func TestTextTailForFiles(t *testing.T) {
	var b bytes.Buffer
	tail := &textTail{w: &b, read: (&psrpTail{}).read}
	got := lines(t, tail.show, &b, message(1, psrp.MessagePipelineOutput, "<S>a_x001B_[2J_x000A_b_x000A_</S>", 0)...)
	assert.Equal(t, []string{"held          2A1B3C4D  output       a\x1b[2J\\nb"}, got)
}

func TestJSONTail(t *testing.T) {
	var b bytes.Buffer
	tail := &jsonTail{w: &b, read: (&psrpTail{}).read}
	o := message(1, psrp.MessagePipelineOutput, "<S>a_x001B_&lt;_x009B__x202E_\U0001F600\n</S>", 0)[0]
	o.Time = time.Unix(0, 0).UTC()
	assert.Equal(t, []string{
		`{"Time":"1970-01-01T00:00:00Z","CommandId":"` + tailCommandID + `","Stream":"stdout","Kind":"output",` +
			`"Text":"a\u001b<\u009b\u202e` + "\U0001F600" + `\n","Type":"PIPELINE_OUTPUT"}`,
	}, lines(t, tail.show, &b, o))
	got := lines(t, tail.show, &b, shell.Output{Missed: 3})
	require.Len(t, got, 1)
	var e tailEntry
	require.NoError(t, json.Unmarshal([]byte(got[0]), &e))
	assert.Equal(t, missedEntry(shell.Output{Missed: 3}), e)
}

// console is a piece of a command shell's output.
func console(stream, content string) shell.Output {
	return shell.Output{
		CommandID: tailCommandID, Stream: stream, End: true, Data: base64.StdEncoding.AppendEncode(nil, []byte(content)),
	}
}

// TestConsoleTail: a character that is cut in two is put together.
func TestConsoleTail(t *testing.T) {
	tail := &consoleTail{}
	read := func(stream, content string) string {
		var text string
		for _, e := range tail.read(console(stream, content)) {
			assert.Equal(t, "output", e.Kind)
			text += e.Text
		}
		return text
	}
	assert.Equal(t, "a", read("stdout", "a\xe2\x82"))
	assert.Equal(t, "b", read("stderr", "b"))
	assert.Equal(t, "€c", read("stdout", "\xacc"))
	assert.Empty(t, read("stdout", "\xe2"))
	assert.Equal(t, "\xe2d\xff", read("stdout", "d\xff"))
	require.Len(t, tail.read(shell.Output{Missed: 1}), 1)
}

// TestRawTail: where there is no terminal the bytes come as they are.
func TestRawTail(t *testing.T) {
	var stdout, stderr bytes.Buffer
	tail := newRawTail(&stdout, &stderr)
	for _, o := range []shell.Output{
		console("stdout", "a\x1b[2J\xff\r\n"), console("stderr", "e"), {Missed: 2}, {Following: true}, console("stdout", "b"),
	} {
		require.NoError(t, tail.show(o))
	}
	assert.Equal(t, "a\x1b[2J\xff\r\nb", stdout.String())
	assert.Equal(t, "ewinrmd: 2 pieces of output are not shown: they came too fast, or the client has taken them\n", stderr.String())
	assert.Error(t, tail.show(shell.Output{Data: shell.Base64("!")}))
}

func TestTerminalWriter(t *testing.T) {
	for _, test := range []struct {
		in   []string
		want string
	}{
		{[]string{"a\tb\r\nc\n"}, "a\tb\r\nc\n"},
		{[]string{"50%\r60%\r", "\n"}, "50%\\r60%\r\n"},
		{[]string{"\x1b]0;title\x07\x1b[2J\x00\x7f\b"}, `\x1b]0;title\x07\x1b[2J\x00\x7f\x08`},
		{[]string{"\xe2\x82", "\xac\xc2", "\x9b"}, `€\u009b`},
		{[]string{"\x9b2J\xff"}, `\x9b2J\xff`},
		{[]string{"\u202e\u2066\u2028 é \U0001F600"}, `\u202e\u2066\u2028 é ` + "\U0001F600"},
	} {
		var b bytes.Buffer
		w := &terminalWriter{w: &b}
		for _, s := range test.in {
			n, err := w.Write([]byte(s))
			require.NoError(t, err)
			assert.Equal(t, len(s), n)
		}
		assert.Equal(t, test.want, b.String(), "%q", test.in)
	}
}

func FuzzTerminalWriter(f *testing.F) {
	f.Add([]byte("a\r\x1b[2J\r\n\xe2\x82\xac\xff"), 3)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		cut = min(max(cut, 0), len(content))
		var whole, parts bytes.Buffer
		_, err := (&terminalWriter{w: &whole}).Write(content)
		require.NoError(t, err)
		w := &terminalWriter{w: &parts}
		for _, part := range [][]byte{content[:cut], content[cut:]} {
			_, err := w.Write(part)
			require.NoError(t, err)
		}
		assert.Equal(t, whole.String(), parts.String())
		for _, r := range strings.ReplaceAll(whole.String(), "\r\n", "\n") {
			assert.False(t, r != '\n' && r != '\t' && drivesTerminal(r), "%q", r)
		}
	})
}

func TestSessionTailRefuses(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--state", t.TempDir(), "--output", "xml", "X"}, `--output is text or json, not "xml"`},
		{[]string{"--state", t.TempDir(), "X"}, "there is no shell X"},
		{[]string{"--state", t.TempDir(), tailCommandID}, "there is no shell " + tailCommandID},
		{[]string{"--state", "/nowhere/at/all", tailCommandID}, "state directory: "},
	} {
		cmd := sessionTailCommand()
		cmd.SetArgs(test.args)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		err := cmd.ExecuteContext(t.Context())
		require.Error(t, err)
		assert.Contains(t, err.Error(), test.want)
	}
}
