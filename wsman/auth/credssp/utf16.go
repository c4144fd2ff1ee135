package credssp

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// fromUTF16 makes UTF-8 of UTF-16, little endian. There is one piece of memory,
// which is the result's: no copy of a password stays behind. Half a surrogate
// pair is not UTF-16. The result is never nil.
func fromUTF16(b []byte) ([]byte, bool) {
	text := make([]byte, 0, len(b)/2*utf8.UTFMax)
	for len(b) > 0 {
		if len(b) < 2 {
			clear(text)
			return nil, false
		}
		r := rune(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			if len(b) < 2 {
				clear(text)
				return nil, false
			}
			if r = utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b))); r == utf8.RuneError {
				clear(text)
				return nil, false
			}
			b = b[2:]
		}
		text = utf8.AppendRune(text, r)
	}
	return text, true
}

// toUTF16 is the other way, with as little memory. What is no UTF-8 becomes
// U+FFFD.
func toUTF16(text []byte) []byte {
	b := make([]byte, 0, 2*len(text)+2)
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			b = binary.LittleEndian.AppendUint16(b, uint16(high))
			r = low
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return b
}
