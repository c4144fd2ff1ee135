package wsman

import (
	"fmt"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Body returns a scanner at the beginning of the content of s:Body, with the
// envelope's namespace declarations in force. Its depth there is 0, so the
// body's elements are found by NextChild(0). For a Request that was not made
// by ParseRequest the content is empty.
func (r *Request) Body() *xmlscan.Scanner {
	return xmlscan.NewContent(r.Raw, r.bodyStart, r.bodyEnd, r.scope)
}

// BodySize is the length in bytes of the content of s:Body.
func (r *Request) BodySize() int { return r.bodyEnd - r.bodyStart }

// BodyElement returns the first element in s:Body as a tree, in which
// etree's NamespaceURI knows the envelope's declarations too; nil if the body
// is empty. A body with more elements than any message of the protocol has is
// a fault, since a tree takes many times the memory of its text. For bodies
// with streams in them Body is the better way.
func (r *Request) BodyElement() (*etree.Element, error) {
	start, end, err := r.firstElement()
	if err != nil || start == end {
		return nil, err
	}
	// The element gets a parent that has the declarations, since a part of a
	// document can only be parsed with what it refers to.
	text := append(make([]byte, 0, end-start+1024), "<scope"...)
	text = append(r.scope.AppendDeclarations(text), '>')
	text = append(append(text, r.Raw[start:end]...), "</scope>"...)
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{ValidateInput: true, MaxDepth: xmlscan.MaxDepth + 1}
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, malformed(err)
	}
	return doc.Root().ChildElements()[0], nil
}

// firstElement returns where the body's first element begins and ends.
func (r *Request) firstElement() (start, end int, err error) {
	s := r.Body()
	ok, err := s.NextChild(0)
	if err != nil {
		return 0, 0, malformed(err)
	}
	if !ok {
		return 0, 0, nil
	}
	start = s.Start()
	for n := 1; ; {
		k, err := s.Next()
		switch {
		case err != nil:
			return 0, 0, malformed(err)
		case k == xmlscan.EndElement && s.Depth() == 1:
			return start, s.Offset(), nil
		case k == xmlscan.StartElement:
			if n++; n > maxBodyElements {
				return 0, 0, NewFault(CodeSchemaValidation, fmt.Sprintf("The body has more than %d elements.", maxBodyElements))
			}
		}
	}
}
