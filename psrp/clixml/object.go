package clixml

import (
	"fmt"
	"strings"
)

// Object is an object of PowerShell (2.2.5.2). Its address is its identity.
type Object struct {
	// TypeNames are the names of its type and of the types below, the most
	// derived first (2.2.5.2.3); nil if the document has none. Objects that
	// were read may share them: do not change them in place.
	TypeNames []string
	// ToString is what the object's ToString returned (2.2.5.2.4); nil if the
	// document does not say.
	ToString *string
	// Base is what the object stands on: a primitive (an enum's number, a
	// string with properties), a container, another *Object, or nil.
	Base Value
	// Adapted are the properties of the type (Props, 2.2.5.2.8), Extended those
	// that PowerShell has put there (MS, 2.2.5.2.9).
	Adapted, Extended Properties
}

// Property is a named value. A Name may be empty, and several properties may
// have the same.
type Property struct {
	Name  string
	Value Value
}

// Properties are in the document's order. Nil and empty differ: an element
// without properties is written for the latter.
type Properties []Property

// Get returns the first property of that name; case does not matter, as in
// PowerShell.
func (p Properties) Get(name string) (v Value, ok bool) {
	for i := range p {
		if p[i].Name == name || foldEqual(p[i].Name, name) {
			return p[i].Value, true
		}
	}
	return nil, false
}

// foldEqual compares names as PowerShell does.
func foldEqual(a, b string) bool { return strings.EqualFold(a, b) }

// Property returns a property by its name: an extended one, else an adapted
// one, as PowerShell does. A nil Object has none.
func (o *Object) Property(name string) (v Value, ok bool) {
	if o == nil {
		return nil, false
	}
	if v, ok = o.Extended.Get(name); !ok {
		v, ok = o.Adapted.Get(name)
	}
	return v, ok
}

// Is reports whether one of the type names is name. The prefix "Deserialized."
// that PowerShell puts before the names of what it has read does not matter.
func (o *Object) Is(name string) bool {
	if o == nil {
		return false
	}
	for _, t := range o.TypeNames {
		if foldEqual(strings.TrimPrefix(t, "Deserialized."), name) {
			return true
		}
	}
	return false
}

// Base returns what v stands on: the innermost Base of an Object on a primitive
// or container, and v itself if it is something else, or an Object on nothing.
func Base(v Value) Value {
	for range maxBases {
		o, ok := v.(*Object)
		if !ok || o == nil || o.Base == nil {
			return v
		}
		v = o.Base
	}
	return v
}

// maxBases bounds the walk along objects that stand on each other: they may
// stand in a circle.
const maxBases = 100

// Get returns the property of o with a name, as type T, looking through objects
// that stand on a T. A property that is missing, null or of another type is a
// *PropertyError.
func Get[T Value](o *Object, name string) (T, error) {
	v, ok := o.Property(name)
	if t, isObject := v.(T); isObject && !isNil(v) {
		return t, nil
	}
	if t, is := Base(v).(T); is {
		return t, nil
	}
	var zero T
	e := &PropertyError{Name: name, Want: typeName(zero), Missing: !ok}
	if ok {
		e.Have = typeName(v)
	}
	return zero, e
}

// isNil reports whether v is nil or a nil pointer.
func isNil(v Value) bool {
	switch v := v.(type) {
	case nil:
		return true
	case *Object:
		return v == nil
	case *ProgressRecord:
		return v == nil
	}
	return false
}

// PropertyError says that an object lacks a property, or has it with another
// type than is needed.
type PropertyError struct {
	Name       string
	Want, Have string // elements' names, such as I32; "nothing" for null
	Missing    bool
}

// Error implements error.
func (e *PropertyError) Error() string {
	if e.Missing {
		return fmt.Sprintf("property %.60s is missing", e.Name)
	}
	return fmt.Sprintf("property %.60s is %s, not %s", e.Name, e.Have, e.Want)
}

// typeName names the type of a value for people.
func typeName(v Value) string {
	if v == nil {
		return "nothing"
	}
	return v.element()
}
