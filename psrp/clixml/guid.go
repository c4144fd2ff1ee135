package clixml

import (
	"encoding/hex"
	"strings"
)

// GUID is a GUID (G, 2.2.5.1.18), its bytes in the order in which they are
// printed: that of RFC 9562 and of uuid.UUID, which converts to it, and not
// that of the headers of PSRP messages.
type GUID [16]byte

// String returns the GUID as .NET prints it: lower case, with hyphens.
func (g GUID) String() string { return string(g.append(nil)) }

func (g GUID) append(dst []byte) []byte {
	for i, end := range [5]int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		start := [5]int{0, 4, 6, 8, 10}[i]
		dst = hex.AppendEncode(dst, g[start:end])
	}
	return dst
}

// ParseGUID is the inverse of String. It also takes upper case, white space
// around, braces or parentheses around, and a GUID without hyphens. The error
// is a *RangeError.
func ParseGUID(s string) (GUID, error) {
	digits := strings.TrimSpace(s)
	if n := len(digits); n == 38 && (digits[0] == '{' && digits[37] == '}' || digits[0] == '(' && digits[37] == ')') {
		digits = digits[1:37]
	}
	if len(digits) == 36 && digits[8] == '-' && digits[13] == '-' && digits[18] == '-' && digits[23] == '-' {
		digits = digits[:8] + digits[9:13] + digits[14:18] + digits[19:23] + digits[24:]
	}
	var g GUID
	if len(digits) == 2*len(g) {
		if _, err := hex.Decode(g[:], []byte(digits)); err == nil {
			return g, nil
		}
	}
	return GUID{}, &RangeError{Type: "Guid", Text: s, Reason: "32 hexadecimal digits, with hyphens or without"}
}
