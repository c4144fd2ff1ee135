package xmlscan

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// isSpace reports whether c is white space of XML.
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t'
}

// trimSpace returns b without white space at its ends.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// appendVisible appends b without its white space.
func appendVisible(dst, b []byte) []byte {
	for _, c := range b {
		if !isSpace(c) {
			dst = append(dst, c)
		}
	}
	return dst
}

// check refuses b, which begins at offset at, if it holds what may not stand
// in text or an attribute: see checkCharacters, and references that are not
// well formed. odd is as there.
func (s *Scanner) check(at int, b []byte) (odd bool, err error) {
	if odd, err = s.checkCharacters(at, b); err != nil {
		return odd, err
	}
	for i := bytes.IndexByte(b, '&'); i >= 0; {
		_, n := reference(b[i:])
		if n == 0 {
			return odd, s.fail(at+i, "'&' begins no character reference or predefined entity")
		}
		next := bytes.IndexByte(b[i+n:], '&')
		if next < 0 {
			break
		}
		i += n + next
	}
	return odd, nil
}

// checkCharacters refuses b, which begins at offset at, if it is not UTF-8 or
// holds characters that XML has not (section 2.2). odd says whether there are
// bytes other than visible ASCII.
func (s *Scanner) checkCharacters(at int, b []byte) (odd bool, err error) {
	n := visible(b)
	if n == len(b) {
		return false, nil
	}
	for i := n; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' && !isSpace(c) {
				return true, s.fail(at+i, "control character %#02x", c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return true, s.fail(at+i, "the text is not UTF-8")
		}
		if !isCharacter(r) {
			return true, s.fail(at+i, "character %U", r)
		}
		i += size
	}
	return true, nil
}

// isCharacter reports whether r is a character of XML.
func isCharacter(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r <= 0xD7FF, r >= 0x10000 && r <= 0x10FFFF:
		return true
	}
	return r >= 0xE000 && r <= 0xFFFD
}

// visible returns how many bytes at the beginning of b are visible ASCII, or
// a smaller number of them. It looks at 32 bytes at once: base64 is nothing
// else, and is nearly all of what a server reads.
func visible(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
		bang  = '!' * ones // the first visible character
	)
	n := 0
	for ; len(b)-n >= 32; n += 32 {
		w := b[n : n+32 : n+32]
		w0 := binary.LittleEndian.Uint64(w)
		w1 := binary.LittleEndian.Uint64(w[8:])
		w2 := binary.LittleEndian.Uint64(w[16:])
		w3 := binary.LittleEndian.Uint64(w[24:])
		// A byte has its high bit set in c, or gets it by the subtraction
		// if it is less than '!'.
		if (w0|w1|w2|w3|(w0-bang)|(w1-bang)|(w2-bang)|(w3-bang))&highs != 0 {
			return n
		}
	}
	for ; n < len(b); n++ {
		if b[n] < '!' || b[n] >= utf8.RuneSelf {
			return n
		}
	}
	return n
}
