package psrp

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// GUID is a GUID as MS-PSRP and .NET lay it out: the first three fields little
// endian, the rest as it is read. The zero GUID stands for the runspace pool
// where a pipeline is meant, and for a session in psrp/outofproc.
type GUID [16]byte

// guidOrder is the byte of the wire that each pair of hexadecimal digits
// shows, from left to right.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

// GUIDError is text that is not a GUID.
type GUIDError struct{ Text string }

// Error implements error.
func (e *GUIDError) Error() string { return fmt.Sprintf("%.50q is not a GUID", e.Text) }

// String returns the GUID as .NET prints it: lower case, with hyphens.
func (g GUID) String() string {
	var shown GUID
	for i, at := range guidOrder {
		shown[i] = g[at]
	}
	var text [36]byte
	hex.Encode(text[0:8], shown[0:4])
	text[8] = '-'
	hex.Encode(text[9:13], shown[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], shown[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], shown[8:10])
	text[23] = '-'
	hex.Encode(text[24:], shown[10:])
	return string(text[:])
}

// Swapped is the same identifier in the other of the two byte orders that clients
// write it in: that of RFC 9562.
func (g GUID) Swapped() GUID {
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return g
}

// IsZero reports whether all bytes are zero.
func (g GUID) IsZero() bool { return g == GUID{} }

// ParseGUID is the inverse of String. It takes both cases and a pair of braces
// around the GUID. The error is a *GUIDError.
func ParseGUID(s string) (GUID, error) {
	text := s
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && len(text) == 38 {
		text = text[1:37]
	}
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return GUID{}, &GUIDError{Text: s}
	}
	shown, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(shown) != len(GUID{}) {
		return GUID{}, &GUIDError{Text: s}
	}
	var g GUID
	for i, at := range guidOrder {
		g[at] = shown[i]
	}
	return g, nil
}
