package xmlscan

import (
	"bytes"
	"strings"
)

// declaration reads what begins with "<!": a comment, which gives no token, or
// a CDATA section. Anything else is a document type declaration or a part of
// one, the home of every entity trick.
func (s *Scanner) declaration() (Kind, error) {
	rest := s.src[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return 0, s.comment()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.cdata()
	}
	return 0, s.fail(s.pos, "a document type declaration is not allowed")
}

// comment passes over a comment.
func (s *Scanner) comment() error {
	first := s.pos + len("<!--")
	n := bytes.Index(s.src[first:], []byte("--"))
	end := first + n + len("--")
	if n < 0 || end == len(s.src) || s.src[end] != '>' {
		return s.fail(s.pos, "a comment is not ended, or holds \"--\"")
	}
	if n > MaxComment {
		return s.fail(s.pos, "a comment is longer than %d bytes", MaxComment)
	}
	if _, err := s.checkCharacters(first, s.src[first:first+n]); err != nil {
		return err
	}
	s.pos = end + 1
	return nil
}

// cdata reads a CDATA section.
func (s *Scanner) cdata() (Kind, error) {
	if len(s.open) == 0 && !s.content {
		return 0, s.fail(s.pos, "text outside of the root element")
	}
	first := s.pos + len("<![CDATA[")
	n := bytes.Index(s.src[first:], []byte("]]>"))
	if n < 0 {
		return 0, s.fail(s.pos, "a CDATA section is not ended")
	}
	raw := s.src[first : first+n]
	odd, err := s.checkCharacters(first, raw)
	if err != nil {
		return 0, err
	}
	s.run = textRun{raw: raw, odd: odd, literal: true}
	s.pos = first + n + len("]]>")
	return Text, nil
}

// xmlDeclaration passes over <?xml … ?> at the very beginning and refuses
// every other processing instruction (SOAP 1.2 part 1 section 5).
func (s *Scanner) xmlDeclaration() error {
	const open, end = "<?xml", "?>"
	at := s.pos + len(open)
	if s.pos != 0 || s.content || !bytes.HasPrefix(s.src, []byte(open)) ||
		at >= len(s.src) || !isSpace(s.src[at]) {
		return s.fail(s.pos, "a processing instruction is not allowed")
	}
	for i := 0; ; {
		next := s.skipSpace(at)
		if bytes.HasPrefix(s.src[next:], []byte(end)) && i > 0 {
			s.pos = next + len(end)
			return nil
		}
		if next == at {
			return s.fail(at, "the XML declaration is malformed")
		}
		a, after, err := s.attribute(next)
		if err != nil {
			return err
		}
		if i = pseudoAttribute(a, i); i == 0 {
			return s.fail(next, "the XML declaration is malformed, or says another version or encoding than 1.0 and UTF-8")
		}
		at = after
	}
}

// pseudoAttribute checks the next part of an XML declaration, of which last
// was the number of the one before, and returns its number; 0 if it is wrong.
func pseudoAttribute(a attribute, last int) int {
	value := string(a.value)
	switch string(a.name.raw) {
	case "version":
		if last == 0 && value == "1.0" {
			return 1
		}
	case "encoding":
		// A document that came in UTF-16 says so still after it was decoded.
		known := strings.EqualFold(value, "utf-8") || strings.EqualFold(value, "utf-16") ||
			strings.EqualFold(value, "us-ascii")
		if last == 1 && known {
			return 2
		}
	case "standalone":
		if (last == 1 || last == 2) && (value == "yes" || value == "no") {
			return 3
		}
	}
	return 0
}
