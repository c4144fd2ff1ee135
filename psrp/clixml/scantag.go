package clixml

import (
	"bytes"
	"slices"
)

// startTag reads the start tag at pos and moves into its element.
func (s *scanner) startTag() error {
	begin := s.pos
	if len(s.open) == s.maxDepth*elementsPerValue+elementsAround {
		return s.failWith(begin, &LimitError{Name: "MaxDepth", Limit: s.maxDepth})
	}
	s.pos++
	raw := s.readName()
	if len(raw) == 0 {
		if s.pos == len(s.src) {
			return s.end("a start tag is cut off")
		}
		return s.fail(begin, "\"<\" that begins no element")
	}
	if len(raw) > maxName {
		return s.fail(begin, "a name of %d characters", len(raw))
	}
	if err := s.attributes(); err != nil {
		return err
	}
	first := s.space == nil
	if first {
		s.prefix = raw[:bytes.IndexByte(raw, ':')+1]
	}
	name, ok := bytes.CutPrefix(raw, s.prefix)
	if !ok || bytes.IndexByte(name, ':') >= 0 {
		return s.fail(begin, "element %s is not in the namespace of the first element", raw)
	}
	if err := s.checkNamespace(begin, first); err != nil {
		return err
	}
	s.open = append(s.open, openElement{name: name, raw: raw, label: s.attribute("N")})
	return nil
}

// checkNamespace looks whether the tag declares another namespace for the
// elements. Nothing but this declaration is of interest: no attribute that has
// a meaning is in a namespace.
func (s *scanner) checkNamespace(begin int, first bool) error {
	if first {
		s.space = []byte{}
	}
	for _, a := range s.attrs {
		rest, ok := bytes.CutPrefix(a.name, []byte("xmlns"))
		if !ok || len(s.prefix) == 0 && len(rest) > 0 ||
			len(s.prefix) > 0 && (len(rest) == 0 || rest[0] != ':' || !bytes.Equal(rest[1:], s.prefix[:len(s.prefix)-1])) {
			continue
		}
		if string(a.value) != namespace {
			return s.fail(begin, "namespace %.100q is not PowerShell's, %s", a.value, namespace)
		}
		if first {
			s.space = a.value
		}
	}
	if len(s.space) == 0 && len(s.prefix) > 0 {
		return s.fail(begin, "the prefix %s is not declared", s.prefix)
	}
	return nil
}

// attribute returns the raw value of an attribute of the last start tag; nil if
// there is none.
func (s *scanner) attribute(name string) []byte {
	for i := range s.attrs {
		if string(s.attrs[i].name) == name {
			return s.attrs[i].value
		}
	}
	return nil
}

// attributeText returns the decoded value of an attribute. The raw value has
// been checked.
func (s *scanner) attributeText(name string) (text string, ok bool, err error) {
	i := slices.IndexFunc(s.attrs, func(a attribute) bool { return string(a.name) == name })
	if i < 0 {
		return "", false, nil
	}
	raw, at := s.attrs[i].value, s.attrs[i].at
	if bytes.IndexByte(raw, '&') >= 0 || bytes.ContainsAny(raw, "\r\n\t") {
		if raw, err = s.appendDecoded(s.buffer[:0], raw, at, true); err != nil {
			return "", false, err
		}
		s.buffer = raw[:0]
	}
	return unescape(raw), true, nil
}

// readName reads a name.
func (s *scanner) readName() []byte {
	begin := s.pos
	for s.pos < len(s.src) && isName(s.src[s.pos], s.pos > begin) {
		s.pos++
	}
	return s.src[begin:s.pos]
}

// isName reports whether c may stand in a name, or begin one. Names of CLIXML
// are ASCII.
func isName(c byte, inside bool) bool {
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_', c == ':':
		return true
	case c >= '0' && c <= '9', c == '-', c == '.':
		return inside
	}
	return false
}

// attributes reads to the end of a start tag.
func (s *scanner) attributes() error {
	s.attrs, s.empty = s.attrs[:0], false
	for {
		space := s.pos
		s.skipSpace()
		if s.pos == len(s.src) {
			return s.end("a start tag is cut off")
		}
		switch c := s.src[s.pos]; {
		case c == '>':
			s.pos++
			return nil
		case c == '/' && s.peek(1) == '>':
			s.pos += 2
			s.empty = true
			return nil
		case c == '/' && s.pos+1 == len(s.src):
			return s.end("a start tag is cut off")
		case space == s.pos:
			return s.fail(s.pos, "a space or \">\" expected in a start tag")
		}
		if err := s.oneAttribute(); err != nil {
			return err
		}
	}
}

func (s *scanner) oneAttribute() error {
	begin := s.pos
	name := s.readName()
	s.skipSpace()
	if s.pos == len(s.src) {
		return s.end("a start tag is cut off")
	}
	if len(name) == 0 || s.src[s.pos] != '=' {
		return s.fail(begin, "an attribute expected")
	}
	s.pos++
	s.skipSpace()
	if s.pos == len(s.src) {
		return s.end("a start tag is cut off")
	}
	quote := s.src[s.pos]
	if quote != '"' && quote != '\'' {
		return s.fail(s.pos, "the value of an attribute is not in quotes")
	}
	s.pos++
	length := bytes.IndexByte(s.src[s.pos:], quote)
	if length < 0 {
		return s.end("an attribute is not ended")
	}
	value := s.src[s.pos : s.pos+length]
	if i := bytes.IndexByte(value, '<'); i >= 0 {
		return s.fail(s.pos+i, "\"<\" within an attribute")
	}
	if err := s.check(s.pos, value); err != nil {
		return err
	}
	if s.attribute(string(name)) != nil {
		return s.fail(begin, "attribute %s twice", name)
	}
	if len(s.attrs) == maxAttributes {
		return s.fail(begin, "more than %d attributes", maxAttributes)
	}
	s.attrs = append(s.attrs, attribute{name: name, value: value, at: s.pos})
	s.pos += length + 1
	return nil
}
