package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/winrmd/winrmd/shell"
)

// textTail shows each message as a line.
type textTail struct {
	w        io.Writer
	terminal bool
	read     func(shell.Output) []tailEntry
}

// shortID is how much of a command's identifier a line has.
const shortID = 8

func (t *textTail) show(o shell.Output) error {
	for _, e := range t.read(o) {
		if _, err := io.WriteString(t.w, t.line(e)); err != nil {
			return err
		}
	}
	return nil
}

func (t *textTail) line(e tailEntry) string {
	at := "held"
	if !e.Time.IsZero() {
		at = e.Time.Local().Format("15:04:05.000")
	}
	command := "-"
	if e.CommandID != "" {
		command = e.CommandID[:min(shortID, len(e.CommandID))]
	}
	var text strings.Builder
	for _, r := range strings.TrimRight(e.Text, "\r\n") {
		switch {
		case r == '\n', r == '\r':
			writeEscaped(&text, r) // or else it would not be one line
		case r != '\t' && t.terminal && drivesTerminal(r):
			writeEscaped(&text, r)
		default:
			text.WriteRune(r)
		}
	}
	line := fmt.Sprintf("%-12s  %-8s  %-11s  %s", at, command, e.Kind, text.String())
	return strings.TrimRight(line, " ") + "\n"
}
