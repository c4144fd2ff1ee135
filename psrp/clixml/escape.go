package clixml

import (
	"unicode/utf16"
	"unicode/utf8"
)

// appendEscaped appends a string as the text of an element or, with quotes, as
// the value of an attribute in double quotes. Controls, surrogates, what XML
// has no characters for, and an underscore that would read as the beginning of
// such an escape become _xHHHH_ (2.2.5.3.2), the rest of XML's own characters
// entities.
func appendEscaped(dst []byte, s string, quotes bool) []byte {
	done := 0 // of s
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && !special[c] {
			i++
			continue
		}
		if c == '_' && (i+1 == len(s) || s[i+1]|0x20 != 'x') || c == '"' && !quotes {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[done:i]...)
			dst = appendSpecial(dst, c)
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		plain := size > 1 && r >= 0xa0 && r < 0xfffe
		if !plain {
			dst = append(dst, s[done:i]...)
			dst, size = appendRune(dst, s[i:], r, size)
			done = i + size
		}
		i += size
	}
	return append(dst, s[done:]...)
}

// special are the ASCII characters that may not stand for themselves.
var special = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = c < ' ' || c == 0x7f
	}
	for _, c := range `&<>"_` {
		t[c] = true
	}
	return t
}()

func appendSpecial(dst []byte, c byte) []byte {
	switch c {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&quot;"...)
	}
	return appendUnit(dst, uint16(c))
}

// appendRune writes a character that is no ASCII, of which size bytes are at
// the beginning of s, and says how many bytes it took.
func appendRune(dst []byte, s string, r rune, size int) ([]byte, int) {
	if unit, ok := surrogate(s); ok {
		return appendUnit(dst, unit), 3
	}
	switch {
	case r == utf8.RuneError && size == 1:
		return utf8.AppendRune(dst, utf8.RuneError), size
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return appendUnit(appendUnit(dst, uint16(high)), uint16(low)), size
	}
	return appendUnit(dst, uint16(r)), size
}

// surrogate reads the three bytes that UTF-8 would have for half a pair.
func surrogate(s string) (unit uint16, ok bool) {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2]&0xc0 != 0x80 {
		return 0, false
	}
	return 0xd000 | uint16(s[1]&0x3f)<<6 | uint16(s[2]&0x3f), true
}

// appendSurrogate is its inverse.
func appendSurrogate(dst []byte, unit uint16) []byte {
	return append(dst, 0xed, 0x80|byte(unit>>6&0x3f), 0x80|byte(unit&0x3f))
}

// appendUnit writes _xHHHH_.
func appendUnit(dst []byte, unit uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '_', 'x', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15], '_')
}

// utf16Units returns s in UTF-16, halves of pairs included.
func utf16Units(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if unit, ok := surrogate(s[i:]); ok {
			units = append(units, unit)
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		units = utf16.AppendRune(units, r)
		i += size
	}
	return units
}

// stringOfUnits is its inverse.
func stringOfUnits(units []uint16) string {
	b := make([]byte, 0, len(units))
	for i := 0; i < len(units); i++ {
		b = appendDecodedUnit(b, units[i])
	}
	return string(b)
}

// appendDecodedUnit appends a unit of UTF-16 to a string: the second half of a
// pair joins the first.
func appendDecodedUnit(b []byte, unit uint16) []byte {
	if unit < 0xd800 || unit > 0xdfff {
		return utf8.AppendRune(b, rune(unit))
	}
	if n := len(b); unit >= 0xdc00 && n >= 3 {
		if high, ok := surrogate(string(b[n-3:])); ok && high < 0xdc00 {
			return utf8.AppendRune(b[:n-3], utf16.DecodeRune(rune(high), rune(unit)))
		}
	}
	return appendSurrogate(b, unit)
}
