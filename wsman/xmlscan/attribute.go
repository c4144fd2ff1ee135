package xmlscan

import "bytes"

// attribute is an attribute of the current start tag.
type attribute struct {
	name  qname
	space []byte
	value []byte // as written
	at    int    // offset of the name
}

// resolveAttributes finds the attributes' namespaces and refuses duplicates.
func (s *Scanner) resolveAttributes() error {
	for i := range s.attrs {
		a := &s.attrs[i]
		if len(a.name.prefix) > 0 {
			space, err := s.resolve(a.name, a.at)
			if err != nil {
				return err
			}
			a.space = space
		}
		for _, b := range s.attrs[:i] {
			if same(a.space, a.name.local, b.space, b.name.local) {
				return s.fail(a.at, "attribute %s is given twice", a.name.raw)
			}
		}
	}
	return nil
}

// Attr returns the value of an attribute of the current StartElement, and
// whether it is there. An attribute without prefix has the space "".
func (s *Scanner) Attr(space, local string) (string, bool) {
	v, ok := s.AttrBytes(space, local)
	return string(v), ok
}

// AttrBytes is Attr without a copy: the value points into the source unless it
// holds references or white space other than blanks.
func (s *Scanner) AttrBytes(space, local string) ([]byte, bool) {
	if s.kind != StartElement {
		return nil, false
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		if string(a.name.local) == local && string(a.space) == space {
			return a.decoded(), true
		}
	}
	return nil, false
}

// Attrs returns the number of attributes of the current StartElement,
// namespace declarations not counted.
func (s *Scanner) Attrs() int {
	if s.kind != StartElement {
		return 0
	}
	return len(s.attrs)
}

// AttrAt returns the attribute with index i, 0 <= i < Attrs().
func (s *Scanner) AttrAt(i int) (space, local, value []byte) {
	a := &s.attrs[i]
	return a.space, a.name.local, a.decoded()
}

// decoded returns the value after the normalization of XML 1.0 section 3.3.3.
func (a *attribute) decoded() []byte {
	if bytes.IndexByte(a.value, '&') < 0 && !bytes.ContainsAny(a.value, "\t\r\n") {
		return a.value
	}
	return appendDecoded(make([]byte, 0, len(a.value)), a.value, true)
}
