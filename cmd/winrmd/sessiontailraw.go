package main

import (
	"encoding/base64"
	"fmt"
	"io"

	"github.com/winrmd/winrmd/shell"
)

// rawTail shows the bytes that commands of a command shell put out, each
// stream where it belongs.
type rawTail struct {
	stdout, stderr io.Writer
	messages       io.Writer // of our own
	decoded        []byte
}

func newRawTail(stdout, stderr io.Writer) *rawTail {
	return &rawTail{stdout: guard(stdout), stderr: guard(stderr), messages: stderr}
}

// guard keeps a terminal from what would drive it.
func guard(w io.Writer) io.Writer {
	if isTerminal(w) {
		return &terminalWriter{w: w}
	}
	return w
}

func (t *rawTail) show(o shell.Output) (err error) {
	if o.Missed > 0 {
		_, err = fmt.Fprintln(t.messages, "winrmd:", missedEntry(o).Text)
		return err
	}
	if o.Following {
		return nil
	}
	if t.decoded, err = base64.StdEncoding.AppendDecode(t.decoded[:0], o.Data); err != nil {
		return fmt.Errorf("output of the session: %w", err)
	}
	w := t.stdout
	if o.Stream == "stderr" {
		w = t.stderr
	}
	_, err = w.Write(t.decoded)
	return err
}
