package clixml

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
)

// Unmarshal puts a Value into the Go value that target points to. It is the
// inverse of Marshal, and takes more: a number or string of any type whose
// value fits, an enum as its number or its name, a single value where a slice is
// wanted (PowerShell makes no difference between a value and a list of it), a
// Dictionary where a struct is, and an object's properties where a map is.
//
// A property goes to the field of its name, whatever the case. What has no
// field is left out; a field that has no property stays as it was, unless its
// tag says "required". Null makes a pointer, map, slice or interface nil, and
// leaves everything else as it was. A target of type Value or any gets the
// Value itself. Where the same object comes again for pointers of the same
// type, they are the same pointer.
//
// The error is a *ConversionError. The target may have been changed in part
// then. Values that lead to more than DefaultMaxElements elements, or further
// than DefaultMaxDepth into each other, are refused.
func Unmarshal(v Value, target any) error {
	t := reflect.ValueOf(target)
	if t.Kind() != reflect.Pointer || t.IsNil() {
		return conversionError("the target is a %T, not a pointer to something", target)
	}
	u := unmarshaler{seen: map[seenObject]reflect.Value{}, structures: structures{}, left: DefaultMaxElements}
	return u.value(v, t.Elem())
}

// unmarshaler is where an Unmarshal is.
type unmarshaler struct {
	seen       map[seenObject]reflect.Value
	structures structures
	depth      int
	left       int
}

// seenObject is an object as a type of Go.
type seenObject struct {
	object *Object
	as     reflect.Type
}

func (u *unmarshaler) value(v Value, t reflect.Value) error {
	if u.left == 0 {
		return &ConversionError{Err: &LimitError{Name: "MaxElements", Limit: DefaultMaxElements}}
	}
	if u.depth == DefaultMaxDepth {
		return &ConversionError{Err: &LimitError{Name: "MaxDepth", Limit: DefaultMaxDepth}}
	}
	u.left--
	u.depth++
	defer func() { u.depth-- }()
	if ok, err := u.own(v, t); ok {
		return err
	}
	if isNil(v) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
			t.SetZero()
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return u.pointer(v, t)
	case reflect.Struct:
		return u.structure(v, t)
	case reflect.Map:
		return u.table(v, t)
	case reflect.Slice:
		return u.list(v, t)
	}
	return setPlain(v, t)
}

// own is for targets that take the Value as it is, or have a form of their own.
func (u *unmarshaler) own(v Value, t reflect.Value) (ok bool, err error) {
	switch {
	case t.Kind() == reflect.Interface:
		if isNil(v) {
			return false, nil
		}
		if given := reflect.ValueOf(v); given.Type().AssignableTo(t.Type()) {
			t.Set(given)
			return true, nil
		}
		return true, wrongType(v, t)
	case t.Type().Implements(typeValue):
		return true, setValue(v, t)
	case t.Kind() == reflect.Pointer:
		return false, nil
	case reflect.PointerTo(t.Type()).Implements(typeUnmarshaler):
		if err = t.Addr().Interface().(Unmarshaler).UnmarshalCLIXML(v); err != nil {
			err = &ConversionError{Err: err}
		}
		return true, err
	case isNil(v):
		return false, nil
	}
	return setSpecial(v, t)
}

// setValue sets a target that is one of this package's types.
func setValue(v Value, t reflect.Value) error {
	if isNil(v) {
		if k := t.Kind(); k == reflect.Pointer || k == reflect.Slice {
			t.SetZero()
		}
		return nil
	}
	for _, given := range [2]reflect.Value{reflect.ValueOf(v), reflect.ValueOf(Base(v))} {
		if given.IsValid() && given.Type() == t.Type() {
			t.Set(given)
			return nil
		}
	}
	return wrongType(v, t)
}

func wrongType(v Value, t reflect.Value) error {
	return conversionError("%s does not go into a %s", describe(v), t.Type())
}

// describe names a value for people.
func describe(v Value) string {
	if o, ok := v.(*Object); ok && o != nil && len(o.TypeNames) > 0 {
		return fmt.Sprintf("an object of type %.80s", o.TypeNames[0])
	}
	return "element " + typeName(v)
}

// setSpecial sets times, addresses and what reads itself from text.
func setSpecial(v Value, t reflect.Value) (ok bool, err error) {
	base := Base(v)
	switch t.Type() {
	case typeTime:
		d, ok := base.(DateTime)
		if !ok {
			return true, wrongType(v, t)
		}
		t.Set(reflect.ValueOf(d.Time()))
		return true, nil
	case typeDuration:
		s, ok := base.(TimeSpan)
		if !ok {
			return true, wrongType(v, t)
		}
		t.SetInt(int64(s.Duration()))
		return true, nil
	case typeURL:
		text, ok := textOf(v)
		if !ok {
			return true, wrongType(v, t)
		}
		parsed, err := url.Parse(text)
		if err != nil {
			return true, &ConversionError{Err: err}
		}
		t.Set(reflect.ValueOf(*parsed))
		return true, nil
	}
	if reflect.PointerTo(t.Type()).Implements(typeTextUnmarshaler) {
		text, ok := textOf(v)
		if !ok {
			return true, wrongType(v, t)
		}
		type unmarshaler interface{ UnmarshalText([]byte) error }
		if err = t.Addr().Interface().(unmarshaler).UnmarshalText([]byte(text)); err != nil {
			err = &ConversionError{Err: err}
		}
		return true, err
	}
	return false, nil
}

// textOf is the text of a value that is a text or has a name.
func textOf(v Value) (text string, ok bool) {
	o, isObject := v.(*Object)
	base := Base(v)
	switch base := base.(type) {
	case String:
		return string(base), true
	case URI:
		return string(base), true
	case XMLDocument:
		return string(base), true
	case ScriptBlock:
		return string(base), true
	case Char, GUID, Version:
		return Text(base), true
	}
	if isObject && o != nil && o.ToString != nil {
		return *o.ToString, true
	}
	return "", false
}

func (u *unmarshaler) pointer(v Value, t reflect.Value) error {
	o, isObject := v.(*Object)
	key := seenObject{o, t.Type()}
	if isObject {
		if known, ok := u.seen[key]; ok {
			t.Set(known)
			return nil
		}
	}
	made := reflect.New(t.Type().Elem())
	if isObject {
		u.seen[key] = made
	}
	u.depth-- // the same value
	defer func() { u.depth++ }()
	if err := u.value(v, made.Elem()); err != nil {
		return err
	}
	t.Set(made)
	return nil
}

func (u *unmarshaler) structure(v Value, t reflect.Value) error {
	get, ok := propertiesOf(v)
	if !ok {
		return wrongType(v, t)
	}
	s := u.structures.of(t.Type())
	for i := range s.fields {
		f := &s.fields[i]
		p, ok := get(f.name)
		if !ok {
			if f.required {
				return &ConversionError{Path: f.name, Err: errRequired}
			}
			continue
		}
		if err := u.value(p, t.FieldByIndex(f.index)); err != nil {
			return at(f.name, err)
		}
	}
	return nil
}

var errRequired = errors.New("the property is missing")

// propertiesOf is how to get at the named values of v.
func propertiesOf(v Value) (get func(name string) (Value, bool), ok bool) {
	if d, isTable := Base(v).(Dictionary); isTable {
		return d.Get, true
	}
	switch v := v.(type) {
	case *Object:
		return v.Property, true
	case MemberSet:
		return Properties(v).Get, true
	}
	return nil, false
}

func (u *unmarshaler) table(v Value, t reflect.Value) error {
	entries, ok := entriesOf(v)
	if !ok {
		return wrongType(v, t)
	}
	made := reflect.MakeMapWithSize(t.Type(), min(len(entries), 1000))
	t.Set(made) // before the values, which may lead here again
	for _, e := range entries {
		place := fmt.Sprintf("[%.40s]", Text(e.Key))
		key, value := reflect.New(t.Type().Key()).Elem(), reflect.New(t.Type().Elem()).Elem()
		err := u.value(e.Key, key)
		if err == nil && !key.Comparable() {
			err = wrongType(e.Key, key)
		}
		if err == nil {
			err = u.value(e.Value, value)
		}
		if err != nil {
			return at(place, err)
		}
		made.SetMapIndex(key, value)
	}
	return nil
}

// entriesOf are a dictionary's entries, or an object's properties; an extended
// one comes after an adapted one of the same name.
func entriesOf(v Value) ([]Entry, bool) {
	if d, ok := Base(v).(Dictionary); ok {
		return d, true
	}
	var entries []Entry
	add := func(p Properties) {
		for i := range p {
			entries = append(entries, Entry{Key: String(p[i].Name), Value: p[i].Value})
		}
	}
	switch v := v.(type) {
	case *Object:
		add(v.Adapted)
		add(v.Extended)
		return entries, true
	case MemberSet:
		add(Properties(v))
		return entries, true
	}
	return nil, false
}

func (u *unmarshaler) list(v Value, t reflect.Value) error {
	base := Base(v)
	if b, ok := base.(ByteArray); ok && t.Type().Elem().Kind() == reflect.Uint8 {
		t.SetBytes(append([]byte{}, b...))
		return nil
	}
	values, ok := items(base)
	if !ok {
		values = []Value{v}
	}
	made := reflect.MakeSlice(t.Type(), 0, min(len(values), 1000))
	for i, item := range values {
		element := reflect.New(t.Type().Elem()).Elem()
		if err := u.value(item, element); err != nil {
			return at("["+strconv.Itoa(i)+"]", err)
		}
		made = reflect.Append(made, element)
	}
	t.Set(made)
	return nil
}
