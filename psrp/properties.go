package psrp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// Limits of the control messages that are read here. A peer's document may be
// larger (application arguments, answers to prompts); what is looked for
// stands near its beginning.
const (
	maxControlSize  = 1 << 20 // bytes looked at
	maxControlDepth = 100     // elements within each other
	maxPropertyText = 256     // bytes kept of a value: no number or version is longer
)

// property is an extended property of a control message's object that holds a
// primitive value.
type property struct {
	name string
	kind string // the element's name, such as I32
	text string
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// properties walks the primitive extended properties of the object that data
// holds: <Obj><MS>…</MS></Obj>. Other documents, and no document at all, have
// none. It reads no further than it is asked to, so trouble after what is
// looked for is not met. After an error, always a *MessageError, the walk
// ends.
func properties(data []byte) iter.Seq2[property, error] {
	return func(yield func(property, error) bool) {
		data := bytes.TrimPrefix(data, byteOrderMark)
		d := xml.NewDecoder(bytes.NewReader(data[:min(len(data), maxControlSize)]))
		w := propertyWalk{}
		for {
			t, err := d.RawToken()
			if errors.Is(err, io.EOF) && w.complete() {
				return
			}
			if err == nil {
				err = w.take(t)
			}
			if err != nil {
				yield(property{}, &MessageError{Reason: "content is not CLIXML", Err: err})
				return
			}
			if w.found && !yield(w.current, nil) {
				return
			}
		}
	}
}

// propertyWalk is where a walk over the tokens of a document is.
type propertyWalk struct {
	open    []string // names of the elements around
	current property // the last one whose element began at the properties' level
	plain   bool     // current has no elements in it so far
	found   bool     // current is complete
}

var errUnbalanced = errors.New("elements are not balanced")

func (w *propertyWalk) complete() bool { return len(w.open) == 0 }

// take follows one token.
func (w *propertyWalk) take(t xml.Token) error {
	w.found = false
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		return w.end(t)
	case xml.CharData:
		if w.plain {
			room := maxPropertyText - len(w.current.text)
			w.current.text += string(t[:min(len(t), room)])
		}
	case xml.Directive:
		return errors.New("document types are not allowed")
	}
	return nil
}

func (w *propertyWalk) start(e xml.StartElement) error {
	if len(w.open) == maxControlDepth {
		return fmt.Errorf("more than %d elements within each other", maxControlDepth)
	}
	w.plain = len(w.open) == 2 && w.open[0] == "Obj" && w.open[1] == "MS"
	if w.plain {
		w.current = property{kind: e.Name.Local, name: attribute(e, "N")}
	}
	w.open = append(w.open, e.Name.Local)
	return nil
}

func (w *propertyWalk) end(e xml.EndElement) error {
	last := len(w.open) - 1
	if last < 0 || w.open[last] != e.Name.Local {
		return errUnbalanced
	}
	w.open = w.open[:last]
	w.found, w.plain = w.plain, false
	return nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// integer reads an I32 or I64 property.
func (p property) integer() (int64, error) {
	bits := 0
	switch p.kind {
	case "I32":
		bits = 32
	case "I64":
		bits = 64
	default:
		return 0, &MessageError{Reason: fmt.Sprintf("property %s is %.20q, not an integer", p.name, p.kind)}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(p.text), 10, bits)
	if err != nil {
		return 0, &MessageError{Reason: "property " + p.name, Err: err}
	}
	return n, nil
}

// boolean reads a B property.
func (p property) boolean() (bool, error) {
	b, err := strconv.ParseBool(strings.TrimSpace(p.text))
	if err != nil || p.kind != "B" {
		return false, &MessageError{Reason: "property " + p.name + " is not a Boolean", Err: err}
	}
	return b, nil
}
