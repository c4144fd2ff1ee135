package clixml

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// appendFloat writes a number as XmlConvert of .NET does: the fewest digits
// that read back as the same number, and an exponent beyond 17 (of 9 for 32
// bits) places before the point or 4 zeros behind it.
func appendFloat(dst []byte, f float64, size int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "INF"...)
	case math.IsInf(f, -1):
		return append(dst, "-INF"...)
	}
	places := 17
	if size == 32 {
		places = 9
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'E', -1, size)
	mark := start + bytes.IndexByte(dst[start:], 'E')
	exponent, err := strconv.Atoi(string(dst[mark+1:]))
	if err != nil || exponent >= places || exponent < -4 {
		return dst
	}
	return strconv.AppendFloat(dst[:start], f, 'f', -1, size)
}

// parseFloat is the inverse of appendFloat; it takes what XmlConvert takes.
func parseFloat(s string, size int) (float64, error) {
	name := "Double"
	if size == 32 {
		name = "Single"
	}
	text := strings.TrimSpace(s)
	switch {
	case text == "INF", strings.EqualFold(text, "Infinity"):
		return math.Inf(1), nil
	case text == "-INF", strings.EqualFold(text, "-Infinity"):
		return math.Inf(-1), nil
	case strings.EqualFold(text, "NaN"):
		return math.NaN(), nil
	case strings.Trim(text, "0123456789+-.eE") == "":
		// A number that is too large becomes infinite, in .NET and here.
		if f, err := strconv.ParseFloat(text, size); err == nil || math.IsInf(f, 0) {
			return f, nil
		}
	}
	return 0, &RangeError{Type: name, Text: s, Reason: "digits with a point and an exponent or without, INF, -INF or NaN"}
}
