package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// drivesTerminal reports whether a terminal may do something else than to show
// a character where it is: controls, and what changes the direction of writing.
func drivesTerminal(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return true
	}
	return false
}

// writeEscaped writes a character as Go and many others do.
func writeEscaped(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// terminalWriter lets bytes through to a terminal but for characters that
// drive it. Newlines, tabs and the carriage return of a line's end are let
// through; what is not UTF-8 is escaped, since a terminal may read that, too.
type terminalWriter struct {
	w    io.Writer
	held []byte // what cannot be judged before more comes
}

// Write implements io.Writer.
func (t *terminalWriter) Write(p []byte) (int, error) {
	rest := append(t.held, p...)
	var b strings.Builder
	for len(rest) > 0 && utf8.FullRune(rest) {
		r, size := utf8.DecodeRune(rest)
		if r == '\r' && len(rest) == 1 {
			break
		}
		switch {
		case r == '\r' && rest[1] == '\n', r == '\n', r == '\t':
			b.WriteRune(r)
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case drivesTerminal(r):
			writeEscaped(&b, r)
		default:
			b.WriteRune(r)
		}
		rest = rest[size:]
	}
	t.held = append([]byte(nil), rest...)
	if _, err := io.WriteString(t.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
