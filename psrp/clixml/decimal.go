package clixml

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Decimal is a decimal of .NET (D, 2.2.5.1.16): a whole number of at most 96
// bits over a power of ten from 0 to 28, which is kept, so that 1.50 and 1.5
// differ. The zero Decimal is 0. Two Decimals that are written alike are ==.
type Decimal struct {
	high     uint32
	low      uint64
	scale    uint8
	negative bool // never for zero
}

const (
	maxScale = 28
	// maxDecimalText bounds the work on a text. No more than 30 characters of
	// one mean something.
	maxDecimalText = 1000
)

// ParseDecimal reads digits with a point among them or not, and a sign before
// or not. Digits that a Decimal has no room for behind the point are rounded,
// a half to the even digit, as in .NET. White space around does not matter. The
// error is a *RangeError.
func ParseDecimal(s string) (Decimal, error) {
	fail := &RangeError{Type: "Decimal", Text: s, Reason: "digits, of at most 79228162514264337593543950335, with a point or without"}
	text := strings.TrimSpace(s)
	if len(text) > maxDecimalText {
		return Decimal{}, fail
	}
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Decimal{}, fail
	}
	if len(digits) < 20 { // fits 64 bits
		low, err := strconv.ParseUint(digits, 10, 64)
		if err == nil {
			return Decimal{low: low, scale: uint8(len(fraction)), negative: negative && low != 0}, nil
		}
	}
	n, _ := new(big.Int).SetString(digits, 10)
	d, ok := roundDecimal(n, len(fraction))
	if !ok {
		return Decimal{}, fail
	}
	d.negative = negative && d != Decimal{scale: d.scale}
	return d, nil
}

// roundDecimal makes a Decimal of n over a power of ten, dropping as few digits
// as it can.
func roundDecimal(n *big.Int, scale int) (d Decimal, ok bool) {
	for drop := max(0, scale-maxScale); drop <= scale; drop++ {
		rounded := dropDigits(n, drop)
		if rounded.BitLen() <= 96 {
			high := new(big.Int).Rsh(rounded, 64)
			low := rounded.Sub(rounded, new(big.Int).Lsh(high, 64))
			return Decimal{high: uint32(high.Uint64()), low: low.Uint64(), scale: uint8(scale - drop)}, true
		}
	}
	return Decimal{}, false
}

// dropDigits divides n by a power of ten; a half goes to the even number.
func dropDigits(n *big.Int, digits int) *big.Int {
	if digits == 0 {
		return new(big.Int).Set(n)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	quotient, rest := new(big.Int).QuoRem(n, unit, new(big.Int))
	half := rest.Lsh(rest, 1).Cmp(unit)
	if half > 0 || half == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// Rat returns the number as a fraction.
func (d Decimal) Rat() *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

// String returns the text that stands in a document.
func (d Decimal) String() string { return string(d.append(nil)) }

func (d Decimal) append(dst []byte) []byte {
	if d.negative {
		dst = append(dst, '-')
	}
	const unit = 1e19 // the digits that 64 bits hold
	var room [40]byte
	digits := room[:0]
	top, rest := bits.Div64(uint64(d.high), d.low, unit)
	if top > 0 {
		digits = strconv.AppendUint(digits, top, 10)
		start := len(digits)
		digits = strconv.AppendUint(digits, rest, 10)
		digits = padZeros(digits, start, 19)
	} else {
		digits = strconv.AppendUint(digits, rest, 10)
	}
	scale := int(d.scale)
	digits = padZeros(digits, 0, scale+1)
	point := len(digits) - scale
	dst = append(dst, digits[:point]...)
	if scale > 0 {
		dst = append(append(dst, '.'), digits[point:]...)
	}
	return dst
}

// padZeros puts zeros before digits[start:] until they are width characters.
func padZeros(digits []byte, start, width int) []byte {
	missing := width - (len(digits) - start)
	if missing <= 0 {
		return digits
	}
	end := len(digits)
	for range missing {
		digits = append(digits, '0')
	}
	copy(digits[start+missing:], digits[start:end])
	for i := range missing {
		digits[start+i] = '0'
	}
	return digits
}
