package psrp

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeSize is the length of _xHHHH_.
const escapeSize = len("_x0000_")

// decodeText is the inverse of appendText, but for what XML itself escapes.
// Each _xHHHH_ is a unit of UTF-16; half a pair becomes U+FFFD.
func decodeText(s string) string {
	i := strings.IndexByte(s, '_')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i >= 0 {
		b = append(b, s[:i]...)
		s = s[i:]
		unit, ok := escapedUnit(s)
		if !ok {
			b = append(b, '_')
			s = s[1:]
		} else {
			s = s[escapeSize:]
			if low, ok := escapedUnit(s); ok && utf16.DecodeRune(unit, low) != utf8.RuneError {
				unit, s = utf16.DecodeRune(unit, low), s[escapeSize:]
			}
			b = utf8.AppendRune(b, unit)
		}
		i = strings.IndexByte(s, '_')
	}
	return string(append(b, s...))
}

// escapedUnit reads the _xHHHH_ that s begins with, if it does.
func escapedUnit(s string) (unit rune, ok bool) {
	if len(s) < escapeSize || s[0] != '_' || s[1]|0x20 != 'x' || s[escapeSize-1] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:escapeSize-1], 16, 16)
	return rune(n), err == nil
}
