package main

import (
	_ "embed"
	"html/template"
	"io"
	"path/filepath"
	"strings"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
)

//go:embed capture.html.tmpl
var capturePage string

// page is what the page is made of.
type page struct {
	Title, Client, Server, Source, Notes string
	Rows                                 []row
}

// row is an exchange in the sequence diagram.
type row struct {
	summary
	Class string
}

// captureHTML writes a page that needs nothing else. A conversation without a title
// has the name of its file, of which the page has the last part.
func captureHTML(w io.Writer, c *capture.Conversation, file string) error {
	t, err := template.New("capture").Parse(capturePage)
	if err != nil {
		return err
	}
	p := page{Title: c.Title, Client: orElse(c.Client, "client"), Server: orElse(c.Server, "server"), Source: c.Source, Notes: c.Notes}
	if p.Title == file {
		p.Title = filepath.Base(file)
	}
	messages := replay.Messages(c)
	for i := range c.Exchanges {
		x := &c.Exchanges[i]
		r := row{summary: summarize(c, i)}
		switch {
		case !x.Answered():
			r.Class = "lost"
		case r.Fault:
			r.Class = "fault"
		}
		r.Request, r.Response = indented(x.Request.Body), indented(x.Response.Body)
		for _, m := range messages[i] {
			if m.Received {
				r.ResponseMessages = append(r.ResponseMessages, strings.TrimPrefix(messageLine(m), "<- "))
			} else {
				r.RequestMessages = append(r.RequestMessages, strings.TrimPrefix(messageLine(m), "-> "))
			}
		}
		p.Rows = append(p.Rows, r)
	}
	return t.Execute(w, p)
}

func indented(body string) string {
	if body == "" {
		return ""
	}
	return capture.Indent(body)
}
