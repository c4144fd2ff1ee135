package psrp

import "encoding/binary"

// ValidText reports whether text is base64: characters of the standard
// alphabet only, a multiple of 4 of them, padding at the end alone. Empty
// text is valid. It decodes nothing; eight characters are looked at at once.
func ValidText(text []byte) bool {
	if len(text)%4 != 0 {
		return false
	}
	text = text[:len(text)-padding(text)]
	for ; len(text) >= 8; text = text[8:] {
		if !validWord(binary.LittleEndian.Uint64(text)) {
			return false
		}
	}
	var last [8]byte
	for i := range last {
		last[i] = 'A'
	}
	copy(last[:], text)
	return validWord(binary.LittleEndian.Uint64(last[:]))
}

// each is a word that has 1 in each of its bytes.
const each = 0x0101010101010101

// validWord reports whether all eight bytes of x are letters, digits, + or /.
// A byte below 128 plus (128-c) has its high bit set when the byte is at
// least c; no sum carries into the next byte.
func validWord(x uint64) bool {
	const high = 0x80 * each
	lower := x | 0x20*each // folds the letters' case
	letter := (lower + (0x80-'a')*each) &^ (lower + (0x80-'z'-1)*each)
	// The slash stands just before the digits.
	digit := (x + (0x80-'/')*each) &^ (x + (0x80-'9'-1)*each)
	plus := ^((x ^ '+'*each) + 0x7f*each)
	return x&high == 0 && (letter|digit|plus)&high == high
}
