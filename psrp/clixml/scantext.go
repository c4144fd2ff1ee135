package clixml

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// text returns the characters of the open element with XML's references
// decoded, and leaves it.
func (s *scanner) text() ([]byte, error) {
	if s.empty {
		s.leave()
		return nil, nil
	}
	run, err := s.run()
	if err != nil {
		return nil, err
	}
	if s.peek(1) == '/' {
		return run, s.endTag()
	}
	// A comment, an instruction or a CDATA section.
	all := append([]byte(nil), run...)
	for s.peek(1) != '/' {
		if bytes.HasPrefix(s.src[s.pos:], []byte(cdataStart)) {
			run, err = s.cdata()
			all = append(all, run...)
		} else {
			var passed bool
			if passed, err = s.pass(); err == nil && !passed {
				err = s.fail(s.pos, "an element where only text may stand")
			}
		}
		if err != nil {
			return nil, err
		}
		if run, err = s.run(); err != nil {
			return nil, err
		}
		all = append(all, run...)
	}
	return all, s.endTag()
}

// run reads characters up to the next markup.
func (s *scanner) run() ([]byte, error) {
	begin := s.pos
	length := bytes.IndexByte(s.src[begin:], '<')
	if length < 0 {
		return nil, s.end("the element is not ended")
	}
	raw := s.src[begin : begin+length]
	if err := s.check(begin, raw); err != nil {
		return nil, err
	}
	if bytes.IndexByte(raw, ']') >= 0 {
		if i := bytes.Index(raw, []byte("]]>")); i >= 0 {
			return nil, s.fail(begin+i, "\"]]>\" in text")
		}
	}
	s.pos += length
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw, nil
	}
	decoded, err := s.appendDecoded(s.buffer[:0], raw, begin, false)
	if err == nil {
		s.buffer = decoded
	}
	return decoded, err
}

// cdata reads a CDATA section.
func (s *scanner) cdata() ([]byte, error) {
	begin := s.pos + len(cdataStart)
	length := bytes.Index(s.src[begin:], []byte("]]>"))
	if length < 0 {
		return nil, s.end("a CDATA section is not ended")
	}
	raw := s.src[begin : begin+length]
	if err := s.check(begin, raw); err != nil {
		return nil, err
	}
	s.pos = begin + length + len("]]>")
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n")), nil
}

// check looks for bytes that are no characters of XML.
func (s *scanner) check(offset int, raw []byte) error {
	ascii := true
	for i, c := range raw {
		switch {
		case c >= ' ' && c < utf8.RuneSelf || c == '\n' || c == '\r' || c == '\t':
		case c >= utf8.RuneSelf:
			ascii = false
		default:
			return s.fail(offset+i, "character U+%04X, which XML does not allow", c)
		}
	}
	for i := 0; !ascii && i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return s.fail(offset+i, "bytes that are not UTF-8")
		case r == 0xfffe || r == 0xffff:
			return s.fail(offset+i, "character U+%04X, which XML does not allow", r)
		}
		i += size
	}
	return nil
}

// longestReference is that of "&#0000001114111;", with some zeros.
const longestReference = 16

// appendDecoded decodes references and line ends; in an attribute all white
// space is a space.
func (s *scanner) appendDecoded(dst, raw []byte, offset int, attribute bool) ([]byte, error) {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '&':
			end := bytes.IndexByte(raw[i:min(len(raw), i+longestReference)], ';')
			if end < 0 {
				return nil, s.fail(offset+i, "\"&\" that begins no reference")
			}
			var ok bool
			if dst, ok = appendReference(dst, raw[i+1:i+end]); !ok {
				return nil, s.fail(offset+i, "unknown reference %q", raw[i:i+end+1])
			}
			i += end
		case c == '\r':
			if i+1 == len(raw) || raw[i+1] != '\n' {
				dst = append(dst, lineEnd(attribute))
			}
		case attribute && (c == '\n' || c == '\t'):
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

func lineEnd(attribute bool) byte {
	if attribute {
		return ' '
	}
	return '\n'
}

// appendReference decodes what stands between "&" and ";". As PowerShell's
// reader does, it lets any number but one of half a surrogate pair pass, NUL
// too.
func appendReference(dst, name []byte) ([]byte, bool) {
	switch string(name) {
	case "lt":
		return append(dst, '<'), true
	case "gt":
		return append(dst, '>'), true
	case "amp":
		return append(dst, '&'), true
	case "quot":
		return append(dst, '"'), true
	case "apos":
		return append(dst, '\''), true
	}
	if len(name) < 2 || name[0] != '#' {
		return dst, false
	}
	digits, base := string(name[1:]), 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return dst, false
	}
	return utf8.AppendRune(dst, rune(n)), true
}
