package psrp

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of what is read to be shown to people. What stands behind them is not
// looked at; what is shown of an object stands near its beginning.
const (
	maxPlainSize  = 1 << 20 // bytes
	maxPlainNodes = 20000   // elements
)

// plainNode is an element of a CLIXML document.
type plainNode struct {
	kind     string // the element's name, such as S
	name     string // its attribute N
	text     string // if it has no elements in it
	cut      bool   // there is more of it
	children []*plainNode
}

// readPlain reads the object that data holds; nil if it holds none. Trouble
// after a limit is not met. Errors are *MessageError.
func readPlain(data []byte) (*plainNode, error) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	cut := len(data) > maxPlainSize
	if cut {
		data = data[:cutPlace(data, maxPlainSize)]
	}
	w := plainWalk{}
	d := xml.NewDecoder(bytes.NewReader(data))
	for w.nodes < maxPlainNodes {
		t, err := d.RawToken()
		if err == nil {
			err = w.take(t)
		} else if errors.Is(err, io.EOF) && len(w.open) == 0 {
			return w.root, nil
		}
		switch {
		case err == nil:
		case cut && w.root != nil:
			w.leave()
			return w.root, nil
		default:
			return nil, &MessageError{Reason: "content is not CLIXML", Err: err}
		}
	}
	w.leave()
	return w.root, nil
}

// cutPlace is a place at limit or a little before at which no character and no
// entity is cut in two.
func cutPlace(data []byte, limit int) int {
	const longest = 12 // of an entity
	if i := bytes.LastIndexByte(data[limit-longest:limit], '&'); i >= 0 {
		return limit - longest + i
	}
	for limit > 0 && !utf8.RuneStart(data[limit]) {
		limit--
	}
	return limit
}

// plainWalk is where a walk over the tokens of a document is.
type plainWalk struct {
	root  *plainNode
	open  []*plainNode
	text  []byte // of the last one open
	nodes int
}

func (w *plainWalk) take(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		if len(w.open) == 0 || w.open[len(w.open)-1].kind != t.Name.Local {
			return errUnbalanced
		}
		w.finish()
	case xml.CharData:
		if len(w.open) > 0 {
			w.text = append(w.text, t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return errors.New("there is text outside of the object")
		}
	case xml.Directive:
		return errors.New("document types are not allowed")
	}
	return nil
}

func (w *plainWalk) start(e xml.StartElement) error {
	switch {
	case len(w.open) == maxControlDepth:
		return fmt.Errorf("more than %d elements within each other", maxControlDepth)
	case len(w.open) == 0 && w.root != nil:
		return errors.New("there are two objects")
	}
	n := &plainNode{kind: e.Name.Local, name: decodeText(attribute(e, "N"))}
	if len(w.open) == 0 {
		w.root = n
	} else {
		parent := w.open[len(w.open)-1]
		parent.children = append(parent.children, n)
	}
	w.open, w.text = append(w.open, n), w.text[:0]
	w.nodes++
	return nil
}

// finish ends the element that was opened last.
func (w *plainWalk) finish() {
	n := w.open[len(w.open)-1]
	if len(n.children) == 0 {
		n.text = decodeText(string(w.text))
	}
	w.open, w.text = w.open[:len(w.open)-1], w.text[:0]
}

// leave ends the walk where it is.
func (w *plainWalk) leave() {
	for len(w.open) > 0 {
		w.open[len(w.open)-1].cut = true
		w.finish()
	}
}

// child is the first child of a kind; nil if there is none.
func (n *plainNode) child(kind string) *plainNode {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.kind == kind {
			return c
		}
	}
	return nil
}

// property is a property by its name, extended or adapted; nil if there is
// none, or none but a null.
func (n *plainNode) property(name string) *plainNode {
	for _, kind := range []string{"MS", "Props"} {
		if set := n.child(kind); set != nil {
			for _, c := range set.children {
				if strings.EqualFold(c.name, name) && c.kind != "Nil" {
					return c
				}
			}
		}
	}
	return nil
}
