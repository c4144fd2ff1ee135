package value

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// kind is what a number is in a calculation: the larger of two wins.
type kind int

const (
	kindInt32 kind = iota
	kindInt64
	kindDecimal
	kindDouble
)

// number is a number of any type.
type number struct {
	kind    kind
	whole   int64
	decimal clixml.Decimal
	double  float64
}

func (n number) isZero() bool {
	switch n.kind {
	case kindDecimal:
		return n.decimal.Rat().Sign() == 0
	case kindDouble:
		return n.double == 0
	}
	return n.whole == 0
}

func (n number) float() float64 {
	switch n.kind {
	case kindDecimal:
		f, _ := n.decimal.Rat().Float64()
		return f
	case kindDouble:
		return n.double
	}
	return float64(n.whole)
}

// rat is the number as a fraction; not for infinity and no number.
func (n number) rat() *big.Rat {
	switch n.kind {
	case kindDecimal:
		return n.decimal.Rat()
	case kindDouble:
		return new(big.Rat).SetFloat64(n.double)
	}
	return new(big.Rat).SetInt64(n.whole)
}

// numberOf is a value that is a number.
func numberOf(v clixml.Value) (number, bool) {
	switch n := v.(type) {
	case clixml.Byte:
		return number{whole: int64(n)}, true
	case clixml.SByte:
		return number{whole: int64(n)}, true
	case clixml.Int16:
		return number{whole: int64(n)}, true
	case clixml.UInt16:
		return number{whole: int64(n)}, true
	case clixml.Int32:
		return number{whole: int64(n)}, true
	case clixml.UInt32:
		return number{kind: kindInt64, whole: int64(n)}, true
	case clixml.Int64:
		return number{kind: kindInt64, whole: int64(n)}, true
	case clixml.UInt64:
		if n <= math.MaxInt64 {
			return number{kind: kindInt64, whole: int64(n)}, true
		}
		return number{kind: kindDouble, double: float64(n)}, true
	case clixml.Single:
		return number{kind: kindDouble, double: float64(n)}, true
	case clixml.Double:
		return number{kind: kindDouble, double: float64(n)}, true
	case clixml.Decimal:
		return number{kind: kindDecimal, decimal: n}, true
	}
	return number{}, false
}

// ConversionError says that a value is not what it is needed as.
type ConversionError struct{ Value, Type string }

// Error implements error.
func (e *ConversionError) Error() string {
	return fmt.Sprintf("Cannot convert value %q to type %q.", e.Value, e.Type)
}

// toNumber makes a number of a value as PowerShell does.
func toNumber(v clixml.Value) (number, error) {
	if IsNull(v) {
		return number{}, nil
	}
	base := clixml.Base(v)
	if n, ok := numberOf(base); ok {
		return n, nil
	}
	switch b := base.(type) {
	case clixml.Bool:
		if b {
			return number{whole: 1}, nil
		}
		return number{}, nil
	case clixml.Char:
		return number{whole: int64(b)}, nil
	case clixml.String:
		if n, ok := parseNumber(strings.TrimSpace(string(b))); ok {
			return n, nil
		}
	}
	return number{}, &ConversionError{Value: shorten(String(v)), Type: "System.Int32"}
}

func parseNumber(s string) (number, bool) {
	if s == "" {
		return number{}, true
	}
	digits, base := s, 10
	if len(s) > 2 && strings.EqualFold(s[:2], "0x") {
		digits, base = s[2:], 16
	}
	if n, err := strconv.ParseInt(digits, base, 64); err == nil {
		return whole(n, kindInt32), true
	}
	f, err := strconv.ParseFloat(s, 64)
	return number{kind: kindDouble, double: f}, err == nil && base == 10
}

// whole is an integer of at least a kind.
func whole(n int64, least kind) number {
	if n < math.MinInt32 || n > math.MaxInt32 {
		least = max(least, kindInt64)
	}
	return number{kind: least, whole: n}
}

// value is the number as a Value.
func (n number) value() clixml.Value {
	switch n.kind {
	case kindInt32:
		return clixml.Int32(int32(n.whole))
	case kindInt64:
		return clixml.Int64(n.whole)
	case kindDecimal:
		return n.decimal
	}
	return clixml.Double(n.double)
}

// Int is a value as an integer, rounded as PowerShell does: a half to the even
// number.
func Int(v clixml.Value) (int, error) {
	n, err := toNumber(v)
	if err != nil {
		return 0, err
	}
	if n.kind <= kindInt64 {
		return int(n.whole), nil
	}
	f := math.RoundToEven(n.float())
	if math.IsNaN(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return 0, &ConversionError{Value: shorten(String(v)), Type: "System.Int32"}
	}
	return int(f), nil
}

// Float is a value as a floating point number.
func Float(v clixml.Value) (float64, error) {
	n, err := toNumber(v)
	return n.float(), err
}

// shorten keeps messages short.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
