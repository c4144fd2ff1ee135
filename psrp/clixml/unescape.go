package clixml

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape is the inverse of appendEscaped but for what is XML's own: it
// decodes each _xHHHH_ and, as PowerShell does, _xHHHHHHHH_.
func unescape(text []byte) string {
	i := bytes.IndexByte(text, '_')
	if i < 0 {
		return string(text)
	}
	var b []byte
	rest := text
	for i >= 0 {
		size, r := escapeAt(rest[i:])
		if size == 0 {
			next := bytes.IndexByte(rest[i+1:], '_')
			if next < 0 {
				break
			}
			i += 1 + next
			continue
		}
		if b == nil {
			b = make([]byte, 0, len(text))
		}
		b = append(b, rest[:i]...)
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			b = appendDecodedUnit(appendDecodedUnit(b, uint16(high)), uint16(low))
		} else {
			b = appendDecodedUnit(b, uint16(r))
		}
		rest = rest[i+size:]
		i = bytes.IndexByte(rest, '_')
	}
	if b == nil {
		return string(text)
	}
	return string(append(b, rest...))
}

// escapeAt reads the escape that s begins with; size is 0 if it begins with
// none. What is beyond Unicode is left as it stands.
func escapeAt(s []byte) (size int, r rune) {
	const short, long = len("_x0000_"), len("_x00000000_")
	if len(s) < short || s[1]|0x20 != 'x' {
		return 0, 0
	}
	r, ok := hexadecimal(s[2 : short-1])
	if !ok {
		return 0, 0
	}
	if s[short-1] == '_' {
		return short, r
	}
	if len(s) < long || s[long-1] != '_' {
		return 0, 0
	}
	if r, ok = hexadecimal(s[2 : long-1]); !ok || r > utf8.MaxRune || r < 0 {
		return 0, 0
	}
	return long, r
}

// hexadecimal reads up to eight digits; the result is negative beyond 31 bits.
func hexadecimal(digits []byte) (r rune, ok bool) {
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
