package xmlscan

import "bytes"

// startTag reads a start tag and opens its element.
func (s *Scanner) startTag() error {
	if len(s.open) == 0 && s.rooted && !s.content {
		return s.fail(s.pos, "a second root element")
	}
	if len(s.open) == MaxDepth {
		return s.fail(s.pos, "elements nest deeper than %d", MaxDepth)
	}
	q, at, err := s.name(s.pos + 1)
	if err != nil {
		return err
	}
	outer := len(s.bound)
	if at, err = s.attributes(at, outer); err != nil {
		return err
	}
	space, err := s.resolve(q, s.pos)
	if err != nil {
		return err
	}
	if err := s.resolveAttributes(); err != nil {
		return err
	}
	s.open = append(s.open, element{raw: q.raw, space: space, local: q.local, outer: outer})
	s.rooted = true
	s.pos = at
	return nil
}

// attributes reads the attributes and the end of a start tag. Those that
// declare namespaces are put into scope, the others into attrs.
func (s *Scanner) attributes(at, outer int) (int, error) {
	s.attrs = s.attrs[:0]
	for n := 0; ; n++ {
		next := s.skipSpace(at)
		if next == len(s.src) {
			return 0, s.fail(next, "unexpected end in a tag")
		}
		switch c := s.src[next]; {
		case c == '>':
			s.empty = false
			return next + 1, nil
		case c == '/':
			if next+1 == len(s.src) || s.src[next+1] != '>' {
				return 0, s.fail(next, "a tag is not ended")
			}
			s.empty = true
			return next + 2, nil
		case next == at:
			return 0, s.fail(next, "white space or the end of the tag is expected")
		case n == MaxAttributes:
			return 0, s.fail(next, "an element has more than %d attributes", MaxAttributes)
		}
		a, end, err := s.attribute(next)
		if err != nil {
			return 0, err
		}
		if err := s.keep(a, outer); err != nil {
			return 0, err
		}
		at = end
	}
}

// keep files an attribute as declaration or attribute.
func (s *Scanner) keep(a attribute, outer int) error {
	switch {
	case a.name.prefixed("xmlns"):
		return s.declare(a, a.name.local, outer)
	case len(a.name.prefix) == 0 && string(a.name.local) == "xmlns":
		return s.declare(a, nil, outer)
	}
	s.attrs = append(s.attrs, a)
	return nil
}

// attribute reads name="value" at offset at and returns where it ends.
func (s *Scanner) attribute(at int) (attribute, int, error) {
	q, end, err := s.name(at)
	if err != nil {
		return attribute{}, 0, err
	}
	end = s.skipSpace(end)
	if end == len(s.src) || s.src[end] != '=' {
		return attribute{}, 0, s.fail(end, "attribute %s has no value", q.raw)
	}
	end = s.skipSpace(end + 1)
	if end == len(s.src) || s.src[end] != '"' && s.src[end] != '\'' {
		return attribute{}, 0, s.fail(end, "the value of attribute %s is not quoted", q.raw)
	}
	first := end + 1
	n := bytes.IndexByte(s.src[first:], s.src[end])
	if n < 0 {
		return attribute{}, 0, s.fail(end, "the value of attribute %s is not ended", q.raw)
	}
	a := attribute{name: q, value: s.src[first : first+n], at: at}
	if i := bytes.IndexByte(a.value, '<'); i >= 0 {
		return attribute{}, 0, s.fail(first+i, "'<' in the value of attribute %s", q.raw)
	}
	if _, err := s.check(first, a.value); err != nil {
		return attribute{}, 0, err
	}
	return a, first + n + 1, nil
}
