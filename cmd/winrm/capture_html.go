package main

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"github.com/winrmd/winrmd/replay"
	"github.com/winrmd/winrmd/wsman/capture"
)

//go:embed capture.html.tmpl
var capturePage string

// page is what the page is made of.
type page struct {
	Title, Client, Server, Source, Notes string
	Height                               int
	Rows                                 []row
}

// row is an exchange in the sequence diagram, with the places of its arrows.
type row struct {
	summary
	Top, Ask, Answer int
	Class            string
}

// Sizes of the diagram.
const (
	diagramTop = 40
	rowHeight  = 46
)

// captureHTML writes a page that needs nothing else.
func captureHTML(w io.Writer, c *capture.Conversation) error {
	t, err := template.New("capture").Parse(capturePage)
	if err != nil {
		return err
	}
	p := page{Title: c.Title, Client: orElse(c.Client, "client"), Server: orElse(c.Server, "server"), Source: c.Source, Notes: c.Notes}
	messages := replay.Messages(c)
	for i := range c.Exchanges {
		x := &c.Exchanges[i]
		r := row{summary: summarize(c, i), Top: diagramTop + i*rowHeight}
		r.Ask, r.Answer = r.Top+14, r.Top+34
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
	p.Height = diagramTop + len(p.Rows)*rowHeight + 20
	return t.Execute(w, p)
}

func indented(body string) string {
	if body == "" {
		return ""
	}
	return capture.Indent(body)
}
