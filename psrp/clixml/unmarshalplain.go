package clixml

import (
	"math"
	"reflect"
)

// setPlain sets a target of one of the kinds that are primitives.
func setPlain(v Value, t reflect.Value) error {
	base := Base(v)
	switch {
	case t.Kind() == reflect.Bool:
		if b, ok := truth(v); ok {
			t.SetBool(b)
			return nil
		}
	case t.Kind() == reflect.String:
		if text, ok := textOf(v); ok {
			t.SetString(text)
			return nil
		}
	case t.CanInt():
		n, ok := integer(base)
		if c, isChar := base.(Char); isChar {
			n, ok = int64(c), true
		}
		if ok && !t.OverflowInt(n) {
			t.SetInt(n)
			return nil
		}
		if ok {
			return conversionError("%d does not fit into a %s", n, t.Type())
		}
	case t.CanUint():
		return setUnsigned(v, base, t)
	case t.CanFloat():
		if f, ok := float(base); ok {
			if t.OverflowFloat(f) && !math.IsInf(f, 0) {
				return conversionError("%g does not fit into a %s", f, t.Type())
			}
			t.SetFloat(f)
			return nil
		}
	}
	return wrongType(v, t)
}

func setUnsigned(v, base Value, t reflect.Value) error {
	var n uint64
	switch given := base.(type) {
	case UInt64:
		n = uint64(given)
	case Char:
		n = uint64(given)
	default:
		signed, ok := integer(base)
		if !ok {
			return wrongType(v, t)
		}
		if signed < 0 {
			return conversionError("%d does not fit into a %s", signed, t.Type())
		}
		n = uint64(signed)
	}
	if t.OverflowUint(n) {
		return conversionError("%d does not fit into a %s", n, t.Type())
	}
	t.SetUint(n)
	return nil
}

// truth reads a Boolean, or a SwitchParameter.
func truth(v Value) (b, ok bool) {
	if given, ok := Base(v).(Bool); ok {
		return bool(given), true
	}
	o, isObject := v.(*Object)
	if !isObject {
		return false, false
	}
	present, _ := o.Property("IsPresent")
	given, ok := Base(present).(Bool)
	return bool(given), ok
}

// float reads a number of any type.
func float(v Value) (f float64, ok bool) {
	switch v := v.(type) {
	case Double:
		return float64(v), true
	case Single:
		return float64(v), true
	case Decimal:
		f, _ := v.Rat().Float64()
		return f, true
	case UInt64:
		return float64(v), true
	}
	n, ok := integer(v)
	return float64(n), ok
}
