package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/winrmd/winrmd/shell"
)

// jsonTail shows each entry as an object on a line.
type jsonTail struct {
	w    io.Writer
	read func(shell.Output) []tailEntry
}

func (t *jsonTail) show(o shell.Output) error {
	for _, e := range t.read(o) {
		line, err := jsonLine(e)
		if err != nil {
			return err
		}
		if _, err := t.w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// jsonLine is an entry as a line that has no characters which drive a terminal:
// JSON lets some of them stand.
func jsonLine(e tailEntry) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		return nil, err
	}
	line := make([]byte, 0, b.Len())
	for _, r := range b.String() {
		switch {
		case r == '\n' || !drivesTerminal(r):
			line = utf8.AppendRune(line, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				line = fmt.Appendf(line, `\u%04x`, unit)
			}
		}
	}
	return line, nil
}

// consoleTail makes text of what a command shell puts out.
type consoleTail struct {
	cut map[streamName][]byte // the first bytes of a character whose rest has not come
}

func (t *consoleTail) read(o shell.Output) []tailEntry {
	if o.Missed > 0 {
		t.cut = nil
		return []tailEntry{missedEntry(o)}
	}
	if o.Following {
		return nil
	}
	e := tailEntry{Time: o.Time, CommandID: o.CommandID, Stream: o.Stream, Kind: "output"}
	content, err := base64.StdEncoding.AppendDecode(nil, o.Data)
	if err != nil {
		e.Kind, e.Text = kindUnreadable, err.Error()
		return []tailEntry{e}
	}
	name := streamName{o.CommandID, o.Stream}
	content = append(t.cut[name], content...)
	n := len(content) - incomplete(content)
	delete(t.cut, name)
	if n < len(content) {
		if t.cut == nil {
			t.cut = map[streamName][]byte{}
		}
		t.cut[name] = content[n:]
	}
	if n == 0 {
		return nil
	}
	e.Text = string(content[:n])
	return []tailEntry{e}
}

// incomplete is how many bytes at the end are the beginning of a character.
func incomplete(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if last := b[len(b)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}
