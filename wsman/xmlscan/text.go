package xmlscan

import "bytes"

// textRun is the character data of a Text token.
type textRun struct {
	raw     []byte
	odd     bool // bytes other than visible ASCII may be in it
	literal bool // from a CDATA section: '&' is no reference
}

// characters reads character data up to the next markup. White space outside
// of the root element gives no token.
func (s *Scanner) characters() (Kind, error) {
	raw := s.src[s.pos:]
	if n := bytes.IndexByte(raw, '<'); n >= 0 {
		raw = raw[:n]
	}
	if len(s.open) == 0 && !s.content {
		if end := s.skipSpace(s.pos); end < s.pos+len(raw) {
			return 0, s.fail(end, "text outside of the root element")
		}
		s.pos += len(raw)
		return 0, nil
	}
	odd, err := s.check(s.pos, raw)
	if err != nil {
		return 0, err
	}
	if i := bytes.IndexByte(raw, ']'); i >= 0 {
		if i = bytes.Index(raw, []byte("]]>")); i >= 0 {
			return 0, s.fail(s.pos+i, "\"]]>\" in text")
		}
	}
	s.run = textRun{raw: raw, odd: odd}
	s.pos += len(raw)
	return Text, nil
}

// Chars returns the characters of the current Text token with references
// decoded and line ends normalized; nil on any other token.
func (s *Scanner) Chars() []byte {
	if s.kind != Text {
		return nil
	}
	return s.run.decoded()
}

// decoded returns the characters of the run.
func (r textRun) decoded() []byte {
	reference := !r.literal && bytes.IndexByte(r.raw, '&') >= 0
	if !reference && (!r.odd || bytes.IndexByte(r.raw, '\r') < 0) {
		return r.raw
	}
	dst := make([]byte, 0, len(r.raw))
	if r.literal {
		return appendLines(dst, r.raw)
	}
	return appendDecoded(dst, r.raw, false)
}

// Text returns the text of the current element, on whose StartElement the
// Scanner stands, and moves to its EndElement. A child element is an error.
func (s *Scanner) Text() (string, error) {
	b, err := s.TextBytes()
	return string(b), err
}

// TextBytes is Text without a copy where none is needed.
func (s *Scanner) TextBytes() ([]byte, error) {
	first, more, err := s.firstRun()
	if err != nil || !more {
		return first.decoded(), err
	}
	text := append([]byte(nil), first.decoded()...)
	for {
		text = append(text, s.run.decoded()...)
		if more, err := s.nextRun(); err != nil || !more {
			return text, err
		}
	}
}

// RawText is Text for base64: it returns the text of the current element
// without any white space, and moves to its EndElement. The result points into
// the source unless white space, a reference, a comment or a CDATA section
// stands within it. A child element is an error.
func (s *Scanner) RawText() ([]byte, error) {
	first, more, err := s.firstRun()
	if err != nil {
		return nil, err
	}
	text := first.decoded()
	if !more {
		// A run without odd bytes can still have references to some.
		if !first.odd && len(text) == len(first.raw) {
			return text, nil
		}
		if text = trimSpace(text); !bytes.ContainsAny(text, " \t\r\n") {
			return text, nil
		}
		return appendVisible(make([]byte, 0, len(text)), text), nil
	}
	clean := appendVisible(nil, text)
	for {
		clean = appendVisible(clean, s.run.decoded())
		if more, err := s.nextRun(); err != nil || !more {
			return clean, err
		}
	}
}

// firstRun returns the first run of text of the current element. more says
// that another follows and is in run; else the element has ended.
func (s *Scanner) firstRun() (r textRun, more bool, err error) {
	if s.err != nil {
		return textRun{}, false, s.err
	}
	if s.kind != StartElement {
		return textRun{}, false, s.fail(s.start, "text of an element is asked for at %s", s.kind)
	}
	if more, err = s.nextRun(); err != nil || !more {
		return textRun{}, false, err
	}
	r = s.run
	more, err = s.nextRun()
	return r, more, err
}

// nextRun moves to the next text of the current element and reports whether
// there is one.
func (s *Scanner) nextRun() (bool, error) {
	k, err := s.Next()
	if err == nil && k == StartElement {
		err = s.fail(s.start, "element %s where only text may stand", s.open[len(s.open)-1].raw)
	}
	return err == nil && k == Text, err
}
