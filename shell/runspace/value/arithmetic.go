package value

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// OperatorError says that an operator has no meaning for its operands.
type OperatorError struct{ Operator, Reason string }

// Error implements error.
func (e *OperatorError) Error() string { return e.Reason }

// TooLargeError says that a result would be larger than allowed.
type TooLargeError struct{ Limit int }

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("The result would take more than the %d bytes that a pipeline may take.", e.Limit)
}

// elementSize is roughly how many bytes an element of a list takes.
const elementSize = 32

// Arithmetic is a op b for the operators + - * / and %. What it makes is not
// larger than room bytes, roughly.
func Arithmetic(op string, a, b clixml.Value, room int) (clixml.Value, error) {
	switch op {
	case "+":
		if v, ok, err := join(a, b, room); ok || err != nil {
			return v, err
		}
	case "*":
		if v, ok, err := repeat(a, b, room); ok || err != nil {
			return v, err
		}
	}
	if v, ok := times(op, clixml.Base(a), clixml.Base(b)); ok {
		return v, nil
	}
	for _, operand := range []clixml.Value{a, b} {
		_, list := clixml.Elements(operand)
		_, table := clixml.Base(operand).(clixml.Dictionary)
		_, object := clixml.Base(operand).(*clixml.Object)
		if list || table || object {
			return nil, &OperatorError{op, fmt.Sprintf("The operator '%s' is not defined for %s and %s.", op, name(a), name(b))}
		}
	}
	x, err := toNumber(a)
	if err != nil {
		return nil, err
	}
	y, err := toNumber(b)
	if err != nil {
		return nil, err
	}
	n, err := calculate(op, x, y)
	if err != nil {
		return nil, err
	}
	return n.value(), nil
}

func name(v clixml.Value) string {
	if n := TypeName(v); n != "" {
		return n
	}
	return "null"
}

// join is + for what is no number.
func join(a, b clixml.Value, room int) (clixml.Value, bool, error) {
	if items, ok := clixml.Elements(a); ok {
		more, ok := clixml.Elements(b)
		if !ok {
			more = []clixml.Value{b}
		}
		if (len(items)+len(more))*elementSize > room {
			return nil, true, &TooLargeError{room}
		}
		return Array(slices.Concat(items, more)), true, nil
	}
	if IsNull(a) && !IsNull(b) {
		return b, true, nil
	}
	switch x := clixml.Base(a).(type) {
	case clixml.String, clixml.Char:
		s := String(a)
		if _, ok := x.(clixml.Char); ok {
			s = clixml.Text(x)
		}
		t := String(b)
		if len(s)+len(t) > room {
			return nil, true, &TooLargeError{room}
		}
		return clixml.String(s + t), true, nil
	case clixml.Dictionary:
		y, ok := clixml.Base(b).(clixml.Dictionary)
		if !ok {
			return nil, true, &OperatorError{"+", "A hashtable can only be added to another hashtable."}
		}
		for _, e := range y {
			if _, ok := lookup(x, e.Key); ok {
				return nil, true, &OperatorError{"+", fmt.Sprintf("Item has already been added. Key in dictionary: '%s'", String(e.Key))}
			}
		}
		return Hashtable(slices.Concat(x, y)), true, nil
	}
	return nil, false, nil
}

// repeat is * for strings and lists.
func repeat(a, b clixml.Value, room int) (clixml.Value, bool, error) {
	items, list := clixml.Elements(a)
	s, isString := clixml.Base(a).(clixml.String)
	if !list && !isString {
		return nil, false, nil
	}
	n, err := Int(b)
	switch {
	case err != nil:
		return nil, true, err
	case n < 0:
		return nil, true, &OperatorError{"*", "A string or an array cannot be taken less than 0 times."}
	case n > 0 && (len(items)*elementSize+len(s)) > room/n:
		return nil, true, &TooLargeError{room}
	case list:
		return Array(slices.Repeat(items, n)), true, nil
	}
	return clixml.String(strings.Repeat(string(s), n)), true, nil
}

// times is + and - of dates and lengths of time.
func times(op string, a, b clixml.Value) (clixml.Value, bool) {
	d, isDate := a.(clixml.DateTime)
	t, isSpan := a.(clixml.TimeSpan)
	span, bySpan := b.(clixml.TimeSpan)
	other, byDate := b.(clixml.DateTime)
	switch {
	case isDate && byDate && op == "-":
		return clixml.TimeSpan(d.Ticks - other.Ticks), true
	case isDate && bySpan && op == "+":
		d.Ticks += int64(span)
		return d, true
	case isDate && bySpan && op == "-":
		d.Ticks -= int64(span)
		return d, true
	case isSpan && bySpan && op == "+":
		return t + span, true
	case isSpan && bySpan && op == "-":
		return t - span, true
	}
	return nil, false
}

var errDivideByZero = &OperatorError{"/", "Attempted to divide by zero."}

func calculate(op string, x, y number) (number, error) {
	k := max(x.kind, y.kind)
	if (op == "/" || op == "%") && y.isZero() && k != kindDouble {
		return number{}, errDivideByZero
	}
	switch k {
	case kindDouble:
		return number{kind: kindDouble, double: calculateFloat(op, x.float(), y.float())}, nil
	case kindDecimal:
		return calculateDecimal(op, x.rat(), y.rat())
	}
	return calculateWhole(op, x.whole, y.whole, k), nil
}

// calculateWhole: what does not fit becomes a Double, as in PowerShell.
func calculateWhole(op string, x, y int64, k kind) number {
	a, b, r := big.NewInt(x), big.NewInt(y), new(big.Int)
	switch op {
	case "+":
		r.Add(a, b)
	case "-":
		r.Sub(a, b)
	case "*":
		r.Mul(a, b)
	case "/":
		if _, rest := r.QuoRem(a, b, new(big.Int)); rest.Sign() != 0 {
			return number{kind: kindDouble, double: float64(x) / float64(y)}
		}
	case "%":
		r.Rem(a, b)
	}
	if !r.IsInt64() || k == kindInt32 && (r.Int64() < math.MinInt32 || r.Int64() > math.MaxInt32) {
		f, _ := new(big.Float).SetInt(r).Float64()
		return number{kind: kindDouble, double: f}
	}
	return number{kind: k, whole: r.Int64()}
}

func calculateFloat(op string, x, y float64) float64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return math.Mod(x, y)
}

func calculateDecimal(op string, x, y *big.Rat) (number, error) {
	r := new(big.Rat)
	switch op {
	case "+":
		r.Add(x, y)
	case "-":
		r.Sub(x, y)
	case "*":
		r.Mul(x, y)
	case "/":
		r.Quo(x, y)
	case "%":
		q := new(big.Rat).Quo(x, y)
		n := new(big.Int).Quo(q.Num(), q.Denom())
		r.Sub(x, new(big.Rat).Mul(y, new(big.Rat).SetInt(n)))
	}
	s := r.FloatString(28)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	d, err := clixml.ParseDecimal(s)
	return number{kind: kindDecimal, decimal: d}, err
}

// Negative is -v.
func Negative(v clixml.Value) (clixml.Value, error) {
	return Arithmetic("-", clixml.Int32(0), v, 0)
}

// Range is a..b.
func Range(a, b clixml.Value, room int) (clixml.Value, error) {
	from, err := rangeEnd(a)
	if err != nil {
		return nil, err
	}
	to, err := rangeEnd(b)
	if err != nil {
		return nil, err
	}
	step, n := 1, to-from+1
	if to < from {
		step, n = -1, from-to+1
	}
	if n > room/elementSize {
		return nil, &TooLargeError{room}
	}
	items := make([]clixml.Value, n)
	for i := range items {
		items[i] = clixml.Int32(int32(from + i*step))
	}
	return Array(items), nil
}

// rangeEnd is an end of a range, which must fit into an Int32.
func rangeEnd(v clixml.Value) (int, error) {
	n, err := Int(v)
	if err == nil && (n < math.MinInt32 || n > math.MaxInt32) {
		err = &ConversionError{Value: shorten(String(v)), Type: "System.Int32"}
	}
	return n, err
}
