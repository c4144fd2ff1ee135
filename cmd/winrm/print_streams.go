package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// recordPrinter writes what a command puts out: objects to standard output, other
// streams to standard error, as PowerShell shows them or as JSON.
type recordPrinter struct {
	objects          objectPrinter
	stdout, stderr   *screen
	tagged           bool // other streams as JSON
	shown            bool // a progress is shown on the terminal
	written, records recent
}

func newRecordPrinter(stdout, stderr io.Writer, form string) (*recordPrinter, error) {
	p := &recordPrinter{stdout: newScreen(stdout), stderr: newScreen(stderr), tagged: form == "json"}
	var err error
	p.objects, err = newObjectPrinter(p.stdout, form)
	return p, err
}

// record writes one record.
func (p *recordPrinter) record(r *runspacepool.Record) error {
	switch r.Stream {
	case runspacepool.StreamProgress:
		p.progress(r.Progress)
		return nil
	case runspacepool.StreamOutput:
		p.clear()
		return p.objects.object(r.Value)
	}
	if err := p.pause(); err != nil {
		return err
	}
	switch {
	case r.Stream == runspacepool.StreamInformation:
		return p.information(r.Information)
	case p.tagged:
		return p.tag(r.Stream.String(), r.Text(), r.Error)
	case r.Stream == runspacepool.StreamError:
		return p.error(r.Error)
	}
	return p.problem(strings.ToUpper(r.Stream.String()) + ": " + r.Text())
}

// pause makes room for something that is no object.
func (p *recordPrinter) pause() error {
	p.clear()
	return p.objects.flush()
}

// problem writes a line to standard error.
func (p *recordPrinter) problem(text string) error {
	_, err := fmt.Fprintln(p.stderr.w, p.stderr.text(text))
	return err
}

// error writes an error as Windows PowerShell shows it.
func (p *recordPrinter) error(e *clixml.ErrorRecord) error {
	if e == nil {
		return nil
	}
	return p.problem(errorText(e))
}

// errorText is an error with where it came from and what it is.
func errorText(e *clixml.ErrorRecord) string {
	var b strings.Builder
	name := e.CategoryActivity
	if i := e.Invocation; i != nil && i.InvocationName != "" {
		name = i.InvocationName
	}
	if name != "" {
		b.WriteString(name + " : ")
	}
	b.WriteString(e.Text())
	if i := e.Invocation; i != nil && i.PositionMessage != "" {
		b.WriteString("\n" + strings.TrimRight(i.PositionMessage, "\r\n"))
	}
	if e.CategoryMessage != "" {
		b.WriteString("\n    + CategoryInfo          : " + e.CategoryMessage)
	}
	if e.FullyQualifiedErrorID != "" {
		b.WriteString("\n    + FullyQualifiedErrorId : " + e.FullyQualifiedErrorID)
	}
	return b.String()
}

// tag writes a record as JSON.
func (p *recordPrinter) tag(stream, text string, e *clixml.ErrorRecord) error {
	line := struct {
		Stream, Message       string
		FullyQualifiedErrorID string `json:"FullyQualifiedErrorId,omitempty"`
		Category              string `json:",omitempty"`
	}{Stream: stream, Message: strings.ToValidUTF8(text, "\uFFFD")}
	if e != nil {
		line.FullyQualifiedErrorID, line.Category = e.FullyQualifiedErrorID, e.Category.String()
	}
	encoded, err := json.Marshal(line)
	if err != nil {
		return err
	}
	return p.problem(string(encoded))
}

// information writes what Write-Host has written to standard output, and other
// information to standard error. A server that knows of a host lets the host write
// it, too: it is shown once.
func (p *recordPrinter) information(i *clixml.InformationRecord) error {
	text := i.Text()
	message, written := clixml.ReadHostInformationMessage(i.MessageData)
	if written {
		text = message.Message
	}
	if p.written.take(text) {
		return nil
	}
	p.records.add(text)
	switch {
	case p.tagged:
		return p.tag(runspacepool.StreamInformation.String(), text, nil)
	case written:
		return p.show(text, !message.NoNewLine)
	}
	return p.problem(text)
}

// fromHost writes what the server lets the host write.
func (p *recordPrinter) fromHost(text string, end bool) error {
	if p.records.take(text) {
		return nil
	}
	p.written.add(text)
	if err := p.pause(); err != nil {
		return err
	}
	if p.tagged {
		return p.tag("Host", text, nil)
	}
	return p.show(text, end)
}

// colors are the sequences that set colors. Files and other programs do not get them,
// as those of pwsh do not.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// show writes a host's text to standard output.
func (p *recordPrinter) show(text string, end bool) error {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if p.stdout.terminal {
		text = safeColored(text)
	} else {
		text = colors.ReplaceAllString(text, "")
	}
	if end {
		text += "\n"
	}
	_, err := io.WriteString(p.stdout.w, text)
	return err
}

// recent are texts that came one way and are expected another way.
type recent struct{ texts []string }

// maxRecent is how many texts are remembered: the two ways are not far apart.
const maxRecent = 64

func (r *recent) add(text string) {
	if len(r.texts) == maxRecent {
		r.texts = r.texts[1:]
	}
	r.texts = append(r.texts, text)
}

func (r *recent) take(text string) bool {
	for i, t := range r.texts {
		if t == text {
			r.texts = append(r.texts[:i:i], r.texts[i+1:]...)
			return true
		}
	}
	return false
}

// progressWidth is how much of a progress is shown in its line where the width of
// the terminal is not known.
const progressWidth = 78

// progress shows how far something is, in one line that the next one replaces, if
// standard error is a terminal.
func (p *recordPrinter) progress(r *clixml.ProgressRecord) {
	if !p.stderr.terminal || r == nil {
		return
	}
	p.clear()
	if r.Completed {
		return
	}
	text := r.Activity
	if r.StatusDescription != "" {
		text += ": " + r.StatusDescription
	}
	if r.CurrentOperation != "" {
		text += ", " + r.CurrentOperation
	}
	if r.PercentComplete >= 0 {
		text = fmt.Sprintf("%3d%% %s", r.PercentComplete, text)
	}
	text = strings.NewReplacer("\n", " ", "\t", " ").Replace(safe(text))
	width := progressWidth
	if f, ok := p.stderr.w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 1 {
			width = columns - 1
		}
	}
	fmt.Fprint(p.stderr.w, widths().Truncate(text, width, ""))
	p.shown = true
}

// clear takes a progress away.
func (p *recordPrinter) clear() {
	if p.shown {
		fmt.Fprint(p.stderr.w, "\r\x1b[K")
		p.shown = false
	}
}
