package clixml

import (
	"cmp"
	"encoding"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// Marshal turns a Go value into a Value, which Append writes.
//
//   - A Value is itself, and a Marshaler, an [*ErrorRecord] or another record
//     what its method returns. Any other error is an ErrorRecord (NewErrorRecord).
//   - A bool, a string and the numbers are the primitive of the same range; int
//     and uint are 32 bits wide if they fit, else 64. A []byte is a ByteArray, a
//     time.Time a DateTime, a time.Duration a TimeSpan, a url.URL a URI, and any
//     other encoding.TextMarshaler a String.
//   - A slice or array is an ArrayList, a map a Hashtable with sorted keys.
//   - A struct is a PSCustomObject. Each exported field is an extended property
//     of its name, unless its tag says otherwise:
//     `clixml:"Name,adapted,omitempty"`. The tag "-" leaves it out. Embedded
//     structs without a tag are as if their fields were the outer's. A blank
//     field of type TypeName gives type names.
//   - A nil pointer, interface, map or slice is null. Two pointers to the same
//     struct, or to the same map, are the same object: circles are kept.
//
// The error is a *ConversionError.
func Marshal(v any) (Value, error) {
	m := marshaler{seen: map[seenKey]*Object{}, structures: structures{}}
	return m.value(reflect.ValueOf(v))
}

// marshaler is where a Marshal is.
type marshaler struct {
	seen       map[seenKey]*Object
	structures structures
	depth      int
}

// seenKey is a pointer to a struct, or a map.
type seenKey struct {
	pointer uintptr
	of      reflect.Type
}

func (m *marshaler) value(v reflect.Value) (Value, error) {
	if !v.IsValid() {
		return nil, nil
	}
	if m.depth == MaxEncodedDepth {
		return nil, &ConversionError{Err: &LimitError{Name: "MaxEncodedDepth", Limit: MaxEncodedDepth}}
	}
	m.depth++
	defer func() { m.depth-- }()
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return nil, nil
		}
	}
	if found, ok, err := specialValue(v); ok {
		return found, err
	}
	switch v.Kind() {
	case reflect.Interface:
		m.depth-- // the same value
		defer func() { m.depth++ }()
		return m.value(v.Elem())
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct {
			return m.object(v.Elem(), seenKey{v.Pointer(), v.Type()})
		}
		m.depth--
		defer func() { m.depth++ }()
		return m.value(v.Elem())
	case reflect.Struct:
		return m.object(v, seenKey{})
	case reflect.Map:
		return m.table(v)
	case reflect.Slice, reflect.Array:
		return m.list(v)
	}
	if found, ok := plainValue(v); ok {
		return found, nil
	}
	return nil, conversionError("a %s has no form in CLIXML", v.Type())
}

// specialValue is that of types that have a form of their own.
func specialValue(v reflect.Value) (found Value, ok bool, err error) {
	if !v.CanInterface() {
		return nil, false, nil
	}
	switch v := v.Interface().(type) {
	case Value:
		return v, true, nil
	case Marshaler:
		found, err := v.MarshalCLIXML()
		if err != nil {
			err = &ConversionError{Err: err}
		}
		return found, true, err
	case interface{ Object() *Object }: // records
		return v.Object(), true, nil
	case error:
		return NewErrorRecord(v, fmt.Sprintf("%T", v), NotSpecified).Object(), true, nil
	case time.Time:
		return NewDateTime(v), true, nil
	case time.Duration:
		return NewTimeSpan(v), true, nil
	case url.URL:
		return URI(v.String()), true, nil
	case *url.URL:
		return URI(v.String()), true, nil
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err != nil {
			return nil, true, &ConversionError{Err: err}
		}
		return String(text), true, nil
	}
	return nil, false, nil
}

// plainValue is that of the kinds that are primitives.
func plainValue(v reflect.Value) (Value, bool) {
	switch v.Kind() {
	case reflect.Bool:
		return Bool(v.Bool()), true
	case reflect.String:
		return String(v.String()), true
	case reflect.Int:
		if n := v.Int(); n == int64(int32(n)) {
			return Int32(n), true
		}
		return Int64(v.Int()), true
	case reflect.Int8:
		return SByte(v.Int()), true
	case reflect.Int16:
		return Int16(v.Int()), true
	case reflect.Int32:
		return Int32(v.Int()), true
	case reflect.Int64:
		return Int64(v.Int()), true
	case reflect.Uint, reflect.Uintptr:
		if n := v.Uint(); n <= math.MaxUint32 {
			return UInt32(n), true
		}
		return UInt64(v.Uint()), true
	case reflect.Uint8:
		return Byte(v.Uint()), true
	case reflect.Uint16:
		return UInt16(v.Uint()), true
	case reflect.Uint32:
		return UInt32(v.Uint()), true
	case reflect.Uint64:
		return UInt64(v.Uint()), true
	case reflect.Float32:
		return Single(v.Float()), true
	case reflect.Float64:
		return Double(v.Float()), true
	}
	return nil, false
}

// object makes an object of a struct.
func (m *marshaler) object(v reflect.Value, key seenKey) (Value, error) {
	if o, ok := m.seen[key]; ok {
		return o, nil
	}
	s := m.structures.of(v.Type())
	o := &Object{TypeNames: s.types}
	if key.of != nil {
		m.seen[key] = o // before the fields, which may lead here again
	}
	for i := range s.fields {
		f := &s.fields[i]
		inner := v.FieldByIndex(f.index)
		if f.omitEmpty && inner.IsZero() {
			continue
		}
		value, err := m.value(inner)
		if err != nil {
			return nil, at(f.name, err)
		}
		if f.adapted {
			o.Adapted = append(o.Adapted, Property{f.name, value})
		} else {
			o.Extended = append(o.Extended, Property{f.name, value})
		}
	}
	return o, nil
}

func (m *marshaler) list(v reflect.Value) (Value, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return ByteArray(b), nil
	}
	list := List{}
	for i := range v.Len() {
		item, err := m.value(v.Index(i))
		if err != nil {
			return nil, at("["+strconv.Itoa(i)+"]", err)
		}
		list = append(list, item)
	}
	return &Object{TypeNames: typesArrayList, Base: list}, nil
}

func (m *marshaler) table(v reflect.Value) (Value, error) {
	key := seenKey{v.Pointer(), v.Type()}
	if o, ok := m.seen[key]; ok {
		return o, nil
	}
	o := &Object{TypeNames: typesHashtable}
	m.seen[key] = o
	keys := v.MapKeys()
	slices.SortFunc(keys, compareKeys)
	table := Dictionary{}
	for _, k := range keys {
		place := fmt.Sprintf("[%.40v]", k)
		e := Entry{}
		var err error
		if e.Key, err = m.value(k); err == nil && isNil(e.Key) {
			err = conversionError("a key is null")
		}
		if err == nil {
			e.Value, err = m.value(v.MapIndex(k))
		}
		if err != nil {
			return nil, at(place, err)
		}
		table = append(table, e)
	}
	o.Base = table
	return o, nil
}

// compareKeys orders keys of the kinds that have an order.
func compareKeys(a, b reflect.Value) int {
	switch {
	case a.Kind() == reflect.String:
		return cmp.Compare(a.String(), b.String())
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}
