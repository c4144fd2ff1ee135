package capture

import (
	"strings"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Node is an element of an envelope, with the place where it stands, so that a
// text can be changed and everything else stays as it is to the byte.
type Node struct {
	Space, Local string
	Attributes   []Attribute
	Children     []*Node
	// Text is all character data directly in the element, decoded.
	Text string
	// Tag is where the start tag begins.
	Tag int
	// Start and End delimit the content in the source: what stands between the
	// tags. For <a/> both are behind the tag.
	Start, End int
}

// Attribute is an attribute of a Node; namespace declarations are none.
type Attribute struct{ Space, Local, Value string }

// maxNodes bounds the tree: an element costs more memory there than its four
// bytes in the file.
const maxNodes = 200_000

// ParseXML reads a document into Nodes. Errors are *xmlscan.SyntaxError, and
// *FormatError where there are too many elements.
func ParseXML(text string) (*Node, error) {
	source := []byte(text)
	s := xmlscan.New(source)
	var open []*Node
	var root *Node
	for n := 0; ; {
		kind, err := s.Next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case xmlscan.StartElement:
			if n++; n > maxNodes {
				return nil, wrong(0, "an envelope has more than %d elements", maxNodes)
			}
			node := newNode(s)
			if len(open) == 0 {
				root = node
			} else {
				parent := open[len(open)-1]
				parent.Children = append(parent.Children, node)
			}
			open = append(open, node)
		case xmlscan.EndElement:
			last := open[len(open)-1]
			last.End = s.Start()
			open = open[:len(open)-1]
		case xmlscan.Text:
			open[len(open)-1].Text += string(s.Chars())
		case xmlscan.EOF:
			return root, nil
		}
	}
}

func newNode(s *xmlscan.Scanner) *Node {
	node := &Node{Space: string(s.Space()), Local: string(s.Local()), Tag: s.Start(), Start: s.Offset()}
	for i := range s.Attrs() {
		space, local, value := s.AttrAt(i)
		node.Attributes = append(node.Attributes, Attribute{Space: string(space), Local: string(local), Value: string(value)})
	}
	return node
}

// Is reports whether the node, which may be nil, has this name.
func (n *Node) Is(space, local string) bool { return n != nil && n.Local == local && n.Space == space }

// Child is the first child with this name; nil if there is none, or n is nil.
func (n *Node) Child(space, local string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Is(space, local) {
			return c
		}
	}
	return nil
}

// First is the first child; nil if there is none, or n is nil.
func (n *Node) First() *Node {
	if n == nil || len(n.Children) == 0 {
		return nil
	}
	return n.Children[0]
}

// Value is the text without white space around it; "" for nil.
func (n *Node) Value() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.Text)
}

// Attribute is the value of an attribute, and whether it is there. Some clients
// write those of WS-Management in the namespace of their element, as its schema
// does not: the one without a namespace goes first.
func (n *Node) Attribute(local string) (string, bool) {
	if n == nil {
		return "", false
	}
	for _, a := range n.Attributes {
		if a.Space == "" && a.Local == local {
			return a.Value, true
		}
	}
	for _, a := range n.Attributes {
		if a.Space == n.Space && a.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

// Walk calls visit on the node and all below it, in the order of the document.
func (n *Node) Walk(visit func(*Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, c := range n.Children {
		c.Walk(visit)
	}
}
