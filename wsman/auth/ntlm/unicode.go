package ntlm

import (
	"encoding/binary"
	"unicode"
	"unicode/utf16"
)

// appendUTF16 appends s as UTF-16, little endian, without an end mark.
func appendUTF16(b []byte, s string) []byte {
	for _, r := range s {
		if hi, lo := utf16.EncodeRune(r); hi != unicode.ReplacementChar {
			b = binary.LittleEndian.AppendUint16(b, uint16(hi))
			r = lo
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return b
}

// decodeUTF16 is the other way. It fails for half a unit, for a surrogate
// without its other half and for NUL: two names that differ must not become the
// same, and none may end early where somebody else reads it.
func decodeUTF16(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	runes := make([]rune, 0, len(b)/2)
	for ; len(b) > 0; b = b[2:] {
		r := rune(binary.LittleEndian.Uint16(b))
		if utf16.IsSurrogate(r) {
			if len(b) < 4 {
				return "", false
			}
			b = b[2:]
			r = utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b)))
			if r == unicode.ReplacementChar {
				return "", false
			}
		}
		if r == 0 {
			return "", false
		}
		runes = append(runes, r)
	}
	return string(runes), true
}

// upper is the user name in capitals as NTLM means it: character by character,
// never one character for two, and nothing beyond the first 65,536 code points.
func upper(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		if u := unicode.ToUpper(r); r <= 0xFFFF && u <= 0xFFFF {
			runes[i] = u
		}
	}
	return string(runes)
}
