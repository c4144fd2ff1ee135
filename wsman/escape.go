package wsman

import "unicode/utf8"

// AppendEscaped appends s to dst as XML character data that may stand in an
// element or in a quoted attribute. What XML has no way to write, control
// characters and bytes that are not UTF-8, becomes U+FFFD.
func AppendEscaped[T string | []byte](dst []byte, s T) []byte {
	last := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>' && c != '"' {
			i++
			continue
		}
		size := 1
		var escaped string
		switch {
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			if (r != utf8.RuneError || size > 1) && r != 0xFFFE && r != 0xFFFF {
				i += size
				continue
			}
			escaped = "\uFFFD"
		case c == '&':
			escaped = "&amp;"
		case c == '<':
			escaped = "&lt;"
		case c == '>':
			escaped = "&gt;"
		case c == '"':
			escaped = "&quot;"
		case c == '\t':
			escaped = "&#9;"
		case c == '\n':
			escaped = "&#10;"
		case c == '\r':
			escaped = "&#13;"
		default:
			escaped = "\uFFFD"
		}
		dst = append(dst, s[last:i]...)
		dst = append(dst, escaped...)
		i += size
		last = i
	}
	return append(dst, s[last:]...)
}
