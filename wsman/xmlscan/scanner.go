package xmlscan

import "bytes"

// Kind is what a Scanner stands on.
type Kind uint8

// The kinds. An element written as <a/> gives a StartElement and an
// EndElement, as <a></a> does. Comments and the XML declaration give nothing.
const (
	StartElement Kind = iota + 1
	EndElement
	Text // character data or a CDATA section; several may follow each other
	EOF
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case StartElement:
		return "start of element"
	case EndElement:
		return "end of element"
	case Text:
		return "text"
	case EOF:
		return "end of document"
	}
	return "nothing"
}

// Scanner reads a document token by token. It is not safe for use by several
// goroutines. After an error every further call returns that error.
type Scanner struct {
	src     []byte
	pos     int // where the next token begins
	start   int // where the current token begins
	kind    Kind
	content bool // src is an element's content, not a document
	rooted  bool // the root element was seen
	empty   bool // the current StartElement was written as <a/>
	run     textRun
	open    []element
	attrs   []attribute
	bound   []binding
	err     error

	// First room for the slices above, so that an ordinary envelope is
	// scanned with the one allocation of the Scanner.
	openRoom  [12]element
	attrRoom  [8]attribute
	boundRoom [16]binding
}

// element is an open element.
type element struct {
	raw, space, local []byte
	outer             int // how many bindings its parent had in scope
}

// New returns a Scanner of the document src.
func New(src []byte) *Scanner {
	s := &Scanner{}
	s.Reset(src)
	return s
}

// NewContent returns a Scanner of src[start:end], which is content of an
// element (text and any number of elements) with the namespace declarations of
// scope in force. Offsets count from the beginning of src.
func NewContent(src []byte, start, end int, scope Scope) *Scanner {
	s := New(src[:end])
	s.pos, s.start = start, start
	s.content = true
	s.bound = append(s.bound, scope.bound...)
	return s
}

// Reset makes the Scanner one of the document src, as New does, keeping its
// memory.
func (s *Scanner) Reset(src []byte) {
	if s.open == nil {
		s.open, s.attrs, s.bound = s.openRoom[:0], s.attrRoom[:0], s.boundRoom[:0]
	}
	s.open, s.attrs, s.bound = s.open[:0], s.attrs[:0], s.bound[:0]
	s.src, s.pos, s.start, s.kind = src, 0, 0, 0
	s.content, s.rooted, s.empty = false, false, false
	s.run, s.err = textRun{}, nil
}

// Next moves to the next token.
func (s *Scanner) Next() (Kind, error) {
	if s.err != nil {
		return 0, s.err
	}
	switch {
	case s.kind == EndElement:
		s.pop()
	case s.kind == StartElement && s.empty:
		s.empty = false
		s.start = s.pos
		s.kind = EndElement
		return EndElement, nil
	}
	k, err := s.token()
	if err != nil {
		return 0, err
	}
	s.kind = k
	return k, nil
}

// token reads the token at pos, passing over what gives none.
func (s *Scanner) token() (Kind, error) {
	for {
		s.start = s.pos
		if s.pos == len(s.src) {
			return EOF, s.checkEnd()
		}
		if s.src[s.pos] != '<' {
			if k, err := s.characters(); k != 0 || err != nil {
				return k, err
			}
			continue
		}
		switch s.peek(1) {
		case '/':
			return EndElement, s.endTag()
		case '!':
			if k, err := s.declaration(); k != 0 || err != nil {
				return k, err
			}
		case '?':
			if err := s.xmlDeclaration(); err != nil {
				return 0, err
			}
		default:
			return StartElement, s.startTag()
		}
	}
}

// peek returns the byte n after pos, 0 beyond the end.
func (s *Scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

// checkEnd reports what is missing at the end of the source.
func (s *Scanner) checkEnd() error {
	if len(s.open) > 0 {
		return s.fail(s.pos, "unexpected end: element %s is open", s.open[len(s.open)-1].raw)
	}
	if !s.rooted && !s.content {
		return s.fail(s.pos, "unexpected end: there is no element")
	}
	return nil
}

// endTag reads an end tag. Its element stays open until the next token, so
// that its name and declarations can still be asked for.
func (s *Scanner) endTag() error {
	if len(s.open) == 0 {
		return s.fail(s.pos, "end tag without an element")
	}
	want := s.open[len(s.open)-1].raw
	at := s.pos + len("</")
	if !bytes.HasPrefix(s.src[at:], want) {
		return s.fail(s.pos, "end tag of element %s expected", want)
	}
	at = s.skipSpace(at + len(want))
	if at == len(s.src) || s.src[at] != '>' {
		return s.fail(at, "end tag of element %s is not ended", want)
	}
	s.pos = at + 1
	return nil
}

// pop forgets the innermost element and its namespace declarations.
func (s *Scanner) pop() {
	last := len(s.open) - 1
	s.bound = s.bound[:s.open[last].outer]
	s.open = s.open[:last]
}

// skipSpace returns the first offset from at on that holds no white space.
func (s *Scanner) skipSpace(at int) int {
	for at < len(s.src) && isSpace(s.src[at]) {
		at++
	}
	return at
}
