package clixml

import (
	"bytes"
	"fmt"
	"strings"
)

// scanner is a strict pull scanner of what CLIXML needs of XML 1.0: elements,
// text, a few attributes, and one namespace. Comments and processing
// instructions are passed over. Slices that it returns point into its source
// or into text, until the next call.
type scanner struct {
	src    []byte
	pos    int
	cut    bool // src is the beginning of more, see Limits.MaxSize
	open   []openElement
	empty  bool   // the innermost element was written as <a/>
	prefix []byte // of all elements' names, with its colon
	space  []byte // the root's namespace
	attrs  []attribute
	buffer []byte // text that is not as in src

	maxDepth int // of values within each other

	attrRoom [4]attribute
	openRoom [8]openElement
}

// openElement is an element that has begun.
type openElement struct {
	name, raw []byte // without and with the prefix
	label     []byte // its attribute N, if any
}

// attribute is an attribute; its value is as it stands in the source.
type attribute struct {
	name, value []byte
	at          int // where the value begins
}

// namespace is what elements of CLIXML files are in (2.2.5). Those of messages
// are in none.
const namespace = "http://schemas.microsoft.com/powershell/2004/04"

const (
	maxAttributes = 16  // of an element: the search for duplicates is quadratic
	maxName       = 256 // bytes
	// A value within a dictionary within an object is three elements further
	// in than the object; what is skipped may be anything.
	elementsPerValue = 4
	elementsAround   = 8
)

func newScanner(src []byte, maxDepth int) *scanner {
	s := &scanner{src: src, maxDepth: maxDepth}
	s.open, s.attrs = s.openRoom[:0], s.attrRoom[:0]
	return s
}

// fail makes an Error at an offset.
func (s *scanner) fail(offset int, format string, args ...any) error {
	return &Error{Offset: offset, Path: s.path(), Reason: fmt.Sprintf(format, args...)}
}

// failWith makes an Error with a cause.
func (s *scanner) failWith(offset int, cause error) error {
	return &Error{Offset: offset, Path: s.path(), Err: cause}
}

// end makes the Error for a document that ends too early.
func (s *scanner) end(missing string) error {
	if s.cut {
		return s.failWith(len(s.src), &LimitError{Name: "MaxSize", Limit: len(s.src)})
	}
	return s.fail(len(s.src), "unexpected end: %s", missing)
}

// path names the open elements.
func (s *scanner) path() string {
	var b []byte
	const longest = 300
	for i, e := range s.open {
		if i > 0 {
			b = append(b, '/')
		}
		b = append(b, e.name...)
		if e.label != nil {
			b = fmt.Appendf(b, "[%.40s]", e.label)
		}
		if len(b) > longest {
			return string(b) + "/…"
		}
	}
	return string(b)
}

// root moves into the root element.
func (s *scanner) root() error {
	if bytes.HasPrefix(s.src, []byte("<?xml")) {
		if err := s.instruction(); err != nil {
			return err
		}
	}
	for {
		s.skipSpace()
		switch {
		case s.pos == len(s.src):
			return s.end("there is no element")
		case s.src[s.pos] != '<':
			return s.fail(s.pos, "text before the first element")
		}
		passed, err := s.pass()
		if err != nil {
			return err
		}
		if !passed {
			return s.startTag()
		}
	}
}

// finish checks that nothing follows the root element.
func (s *scanner) finish() error {
	for {
		s.skipSpace()
		if s.pos == len(s.src) {
			return nil
		}
		if s.src[s.pos] != '<' {
			return s.fail(s.pos, "text after the last element")
		}
		passed, err := s.pass()
		if err != nil {
			return err
		}
		if !passed {
			return s.fail(s.pos, "a second element after the first, where one value is expected")
		}
	}
}

// child moves into the next element within the open one and reports true, or
// past the open one's end and reports false.
func (s *scanner) child() (bool, error) {
	if s.empty {
		s.leave()
		return false, nil
	}
	for {
		s.skipSpace()
		if s.pos == len(s.src) {
			return false, s.end("the element is not ended")
		}
		if s.src[s.pos] != '<' {
			return false, s.fail(s.pos, "text where only elements may stand")
		}
		if s.peek(1) == '/' {
			return false, s.endTag()
		}
		passed, err := s.pass()
		if err != nil {
			return false, err
		}
		if !passed {
			return true, s.startTag()
		}
	}
}

// none checks that the open element holds nothing, and leaves it.
func (s *scanner) none() error {
	at := s.pos
	more, err := s.child()
	if err == nil && more {
		err = s.fail(at, "an element where nothing may stand")
	}
	return err
}

// skip leaves the open element, whatever it holds.
func (s *scanner) skip() error {
	depth := len(s.open)
	for len(s.open) >= depth {
		if !s.empty {
			i := bytes.IndexByte(s.src[s.pos:], '<')
			if i < 0 {
				return s.end("the element is not ended")
			}
			s.pos += i
			if bytes.HasPrefix(s.src[s.pos:], []byte(cdataStart)) {
				if _, err := s.cdata(); err != nil {
					return err
				}
				continue
			}
		}
		if _, err := s.child(); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

const cdataStart = "<![CDATA["

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func (s *scanner) skipSpace() {
	for s.pos < len(s.src) && isSpace(s.src[s.pos]) {
		s.pos++
	}
}

// leave forgets the innermost element.
func (s *scanner) leave() {
	s.empty = false
	s.open = s.open[:len(s.open)-1]
}

// endTag reads the end tag of the innermost element and leaves it.
func (s *scanner) endTag() error {
	want := s.open[len(s.open)-1].raw
	rest := s.src[s.pos+2:]
	if !bytes.HasPrefix(rest, want) {
		if len(rest) < len(want) {
			return s.end("an end tag is cut off")
		}
		return s.fail(s.pos, "end tag </%s> expected", want)
	}
	at := s.pos + 2 + len(want)
	for at < len(s.src) && isSpace(s.src[at]) {
		at++
	}
	if at == len(s.src) {
		return s.end("an end tag is cut off")
	}
	if s.src[at] != '>' {
		return s.fail(s.pos, "end tag </%s> expected", want)
	}
	s.pos = at + 1
	s.leave()
	return nil
}

// pass passes over a comment or processing instruction at pos, if there is one.
func (s *scanner) pass() (bool, error) {
	if s.pos+1 == len(s.src) {
		return false, s.end("markup is cut off")
	}
	switch s.peek(1) {
	case '?':
		if bytes.HasPrefix(s.src[s.pos:], []byte("<?xml ")) {
			return false, s.fail(s.pos, "an XML declaration that is not at the beginning")
		}
		return true, s.instruction()
	case '!':
		if bytes.HasPrefix(s.src[s.pos:], []byte("<!--")) {
			return true, s.comment()
		}
		rest := string(s.src[s.pos:])
		if strings.HasPrefix("<!--", rest) || strings.HasPrefix(cdataStart, rest) {
			return false, s.end("markup is cut off")
		}
		return false, s.fail(s.pos, "a declaration, such as a document type, is not allowed")
	}
	return false, nil
}

func (s *scanner) instruction() error {
	i := bytes.Index(s.src[s.pos:], []byte("?>"))
	if i < 0 {
		return s.end("a processing instruction is not ended")
	}
	s.pos += i + 2
	return nil
}

func (s *scanner) comment() error {
	begin := s.pos + len("<!--")
	i := bytes.Index(s.src[begin:], []byte("--"))
	if i < 0 || begin+i+2 == len(s.src) {
		return s.end("a comment is not ended")
	}
	if s.src[begin+i+2] != '>' {
		return s.fail(begin+i, "\"--\" within a comment")
	}
	s.pos = begin + i + 3
	return nil
}
