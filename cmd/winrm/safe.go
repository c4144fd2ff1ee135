package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// isTerminal reports whether a reader or writer of this process is a terminal.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// safe makes a text of a server harmless to a terminal: control characters but
// tab and the ends of lines are shown, as ^[ for the escape, and so are those
// that turn the direction of writing around.
func safe(text string) string {
	if strings.IndexFunc(text, unsafe) < 0 {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unsafe(r):
			b.WriteRune(r)
		case r < ' ':
			b.WriteByte('^')
			b.WriteRune(r + '@')
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}

func unsafe(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', 0x7F <= r && r < 0xA0:
		return true
	case r == 0x200E || r == 0x200F, 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}

// safeColored is safe for what a host shows: the sequences that set colors, and
// nothing else, stay.
func safeColored(text string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, "\x1b[")
		if i < 0 {
			b.WriteString(safe(text))
			return b.String()
		}
		n := i + 2
		for n < len(text) && (text[n] == ';' || '0' <= text[n] && text[n] <= '9') {
			n++
		}
		b.WriteString(safe(text[:i]))
		if n < len(text) && text[n] == 'm' {
			n++
			b.WriteString(text[i:n])
		} else {
			b.WriteString(safe(text[i:n]))
		}
		text = text[n:]
	}
}

// screen is an output for text. What a server says is made safe where it is a
// terminal, and the ends of lines made plain.
type screen struct {
	w        io.Writer
	terminal bool
}

func newScreen(w io.Writer) *screen { return &screen{w, isTerminal(w)} }

// text is a text as it may be written.
func (s *screen) text(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if !s.terminal {
		return text
	}
	return safe(text)
}
