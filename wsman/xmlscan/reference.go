package xmlscan

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// reference reads the reference at the beginning of b, which begins with '&',
// and returns the character and how many bytes the reference takes; 0 if it
// is none that may stand here: of entities only the five predefined exist.
func reference(b []byte) (rune, int) {
	end := bytes.IndexByte(b[:min(len(b), maxReference)], ';')
	if end < 2 {
		return 0, 0
	}
	name := string(b[1:end])
	if name[0] == '#' {
		r := characterReference(name[1:])
		if r == 0 {
			return 0, 0
		}
		return r, end + 1
	}
	switch name {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	}
	return 0, 0
}

// characterReference returns the character of digits ("65" or "x41"), 0 if
// there is none.
func characterReference(digits string) rune {
	base := 10
	if len(digits) > 0 && digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !isCharacter(rune(n)) {
		return 0
	}
	return rune(n)
}

// appendDecoded appends raw, whose references were checked, with references
// decoded and line ends normalized; in an attribute white space that is not
// written as a reference becomes blanks.
func appendDecoded(dst, raw []byte, attribute bool) []byte {
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '&':
			r, n := reference(raw[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		case c == '\r' && i+1 < len(raw) && raw[i+1] == '\n':
			// The line feed that follows stands for both.
		case attribute && isSpace(c):
			dst = append(dst, ' ')
		case c == '\r':
			dst = append(dst, '\n')
		default:
			dst = append(dst, c)
		}
		i++
	}
	return dst
}

// appendLines appends raw with line ends normalized.
func appendLines(dst, raw []byte) []byte {
	for i, c := range raw {
		switch {
		case c != '\r':
			dst = append(dst, c)
		case i+1 == len(raw) || raw[i+1] != '\n':
			dst = append(dst, '\n')
		}
	}
	return dst
}
