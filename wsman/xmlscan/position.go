package xmlscan

// Kind returns what the Scanner stands on; 0 before the first token and after
// an error.
func (s *Scanner) Kind() Kind { return s.kind }

// Offset is where the next token begins: the end of the current one.
func (s *Scanner) Offset() int { return s.pos }

// Start is where the current token begins. The synthetic end of <a/> begins,
// and ends, behind the tag.
func (s *Scanner) Start() int { return s.start }

// Depth is the number of open elements, that of a StartElement or EndElement
// included: 1 at the start and at the end of the root element.
func (s *Scanner) Depth() int { return len(s.open) }

// Space returns the namespace URI of the innermost open element; at a
// StartElement and its EndElement that is the element itself.
func (s *Scanner) Space() []byte {
	if len(s.open) == 0 {
		return nil
	}
	return s.open[len(s.open)-1].space
}

// Local returns the local name of the innermost open element.
func (s *Scanner) Local() []byte {
	if len(s.open) == 0 {
		return nil
	}
	return s.open[len(s.open)-1].local
}

// Is reports whether the innermost open element has this namespace URI and
// local name.
func (s *Scanner) Is(space, local string) bool {
	return string(s.Local()) == local && string(s.Space()) == space
}

// Skip moves to the end of the current element, if the Scanner stands on a
// StartElement or on text in it. On an EndElement it does nothing.
func (s *Scanner) Skip() error {
	if s.err != nil || s.kind == EndElement || len(s.open) == 0 {
		return s.err
	}
	return s.skipTo(len(s.open))
}

// skipTo moves to the end of the open element at depth.
func (s *Scanner) skipTo(depth int) error {
	for {
		k, err := s.Next()
		if err != nil {
			return err
		}
		if k == EndElement && len(s.open) == depth || k == EOF {
			return nil
		}
	}
}

// NextChild moves to the start of the next child element of the open element
// at depth, passing over text and whatever is left of an earlier child, and
// reports whether there is one. If not, the Scanner stands on the EndElement of
// the element at depth, or on EOF for depth 0. So children are read by
//
//	depth := s.Depth()
//	for {
//		ok, err := s.NextChild(depth)
//		if err != nil || !ok {
//			return err
//		}
//		…
//	}
func (s *Scanner) NextChild(depth int) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	if s.kind == EOF || s.kind == EndElement && len(s.open) <= depth {
		return false, nil
	}
	if len(s.open) > depth && !(s.kind == EndElement && len(s.open) == depth+1) {
		if err := s.skipTo(depth + 1); err != nil {
			return false, err
		}
	}
	for {
		k, err := s.Next()
		if err != nil {
			return false, err
		}
		switch k {
		case StartElement:
			return true, nil
		case EndElement, EOF:
			return false, nil
		case Text:
		}
	}
}
