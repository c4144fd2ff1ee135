package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// printer writes elements one after the other.
type printer struct {
	w      io.Writer
	form   string
	before bool // something was written
}

func newPrinter(w io.Writer, form string) *printer { return &printer{w: w, form: form} }

// item writes an instance.
func (p *printer) item(item wsmanclient.Item) error {
	if item.Object != nil {
		e, err := parse(item.Object)
		if err != nil {
			return err
		}
		if err := p.element(e); err != nil {
			return err
		}
	}
	if item.Reference != nil {
		return p.element(referenceElement(item.Reference))
	}
	return nil
}

// element writes one element.
func (p *printer) element(e *etree.Element) error {
	var b bytes.Buffer
	switch p.form {
	case "text":
		if p.before {
			b.WriteByte('\n')
		}
		writeText(&b, e, 0)
	case "xml":
		doc := etree.NewDocument()
		doc.SetRoot(e.Copy())
		doc.Indent(2)
		if _, err := doc.WriteTo(&b); err != nil {
			return err
		}
	case "json":
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(object(e)); err != nil {
			return err
		}
	default:
		return usage("--output %q is none of text, xml, json", p.form)
	}
	p.before = true
	_, err := p.w.Write(b.Bytes())
	return err
}

// writeText writes an element as Windows' winrm does: a line for each value,
// and what is below further to the right.
func writeText(b *bytes.Buffer, e *etree.Element, depth int) {
	indent := strings.Repeat("    ", depth)
	children := e.ChildElements()
	attributes := plainAttributes(e)
	switch {
	case len(children) > 0 || len(attributes) > 0 && depth == 0:
		fmt.Fprintf(b, "%s%s\n", indent, e.Tag)
	case isNil(e):
		fmt.Fprintf(b, "%s%s = null\n", indent, e.Tag)
	case e.Text() == "":
		fmt.Fprintf(b, "%s%s\n", indent, e.Tag)
	default:
		fmt.Fprintf(b, "%s%s = %s\n", indent, e.Tag, printable(strings.TrimSpace(e.Text())))
	}
	for _, a := range attributes {
		fmt.Fprintf(b, "%s    %s = %s\n", indent, a.Key, printable(a.Value))
	}
	for _, child := range children {
		writeText(b, child, depth+1)
	}
}

// printable keeps what a server says from moving about on the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7F || 0x80 <= r && r < 0xA0 {
			return '\uFFFD'
		}
		return r
	}, text)
}

// plainAttributes are an element's attributes without declarations.
func plainAttributes(e *etree.Element) []etree.Attr {
	var all []etree.Attr
	for _, a := range e.Attr {
		if a.Space != "xmlns" && a.Key != "xmlns" && a.Key != "nil" {
			all = append(all, a)
		}
	}
	return all
}

func isNil(e *etree.Element) bool {
	a := attributeNamed(e, "nil")
	return a != nil && (a.Value == "true" || a.Value == "1")
}

// object is an element for JSON: a text, or an object of attributes and
// children, of which several with one name are a list.
func object(e *etree.Element) any {
	children, attributes := e.ChildElements(), plainAttributes(e)
	switch {
	case isNil(e):
		return nil
	case len(children) == 0 && len(attributes) == 0:
		return strings.TrimSpace(e.Text())
	}
	o := map[string]any{}
	for _, a := range attributes {
		o[a.Key] = a.Value
	}
	if len(children) == 0 && e.Text() != "" {
		o["#text"] = strings.TrimSpace(e.Text())
	}
	for _, child := range children {
		value := object(child)
		switch before := o[child.Tag].(type) {
		case nil:
			if _, there := o[child.Tag]; !there {
				o[child.Tag] = value
				continue
			}
			o[child.Tag] = []any{before, value}
		case []any:
			o[child.Tag] = append(before, value)
		default:
			o[child.Tag] = []any{before, value}
		}
	}
	return o
}
