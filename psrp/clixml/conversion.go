package clixml

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// Marshaler is a type that says itself what Value it is.
type Marshaler interface {
	MarshalCLIXML() (Value, error)
}

// Unmarshaler is a type that takes a Value itself.
type Unmarshaler interface {
	UnmarshalCLIXML(v Value) error
}

// TypeName, as the type of a blank field of a struct, gives the struct's type
// names: its tag lists them, with commas between, the most derived first. Those
// of PSCustomObject follow.
type TypeName struct{}

// ConversionError says that a Go value has no form as a Value, or a Value none
// as the Go value that was asked for.
type ConversionError struct {
	Path string // fields, keys and indexes, as in Items[3].Name; empty for the value itself
	Err  error  // such as a *RangeError, *PropertyError or *LimitError
}

// Error implements error.
func (e *ConversionError) Error() string {
	if e.Path == "" {
		return "clixml: " + e.Err.Error()
	}
	return fmt.Sprintf("clixml: %s: %v", e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *ConversionError) Unwrap() error { return e.Err }

// Types with a form of their own.
var (
	typeTime            = reflect.TypeFor[time.Time]()
	typeDuration        = reflect.TypeFor[time.Duration]()
	typeURL             = reflect.TypeFor[url.URL]()
	typeValue           = reflect.TypeFor[Value]()
	typeTypeName        = reflect.TypeFor[TypeName]()
	typeUnmarshaler     = reflect.TypeFor[Unmarshaler]()
	typeTextUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// field is a field of a struct that is a property.
type field struct {
	name      string
	index     []int
	adapted   bool
	omitEmpty bool
	required  bool
}

// structure is what the tags of a struct say.
type structure struct {
	types  []string
	fields []field
}

// structures remembers them as long as one conversion takes.
type structures map[reflect.Type]*structure

func (s structures) of(t reflect.Type) *structure {
	if known, ok := s[t]; ok {
		return known
	}
	found := &structure{}
	found.add(t, nil)
	if found.types == nil {
		found.types = typesCustomObject
	}
	s[t] = found
	return found
}

// add adds the fields of t, and of structs embedded in it.
func (s *structure) add(t reflect.Type, outer []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("clixml")
		index := append(append([]int(nil), outer...), i)
		if f.Type == typeTypeName {
			if len(outer) == 0 && tag != "" {
				s.types = append(strings.Split(tag, ","), typesCustomObject...)
			}
			continue
		}
		if f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct {
			s.add(f.Type, index)
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		p := field{name: name, index: index}
		if name == "" {
			p.name = f.Name
		}
		for option := range strings.SplitSeq(options, ",") {
			p.adapted = p.adapted || option == "adapted"
			p.omitEmpty = p.omitEmpty || option == "omitempty"
			p.required = p.required || option == "required"
		}
		s.fields = append(s.fields, p)
	}
}

// joinPath puts a field or an index before a path.
func joinPath(first, rest string) string {
	if rest == "" || rest[0] == '[' {
		return first + rest
	}
	return first + "." + rest
}

// at puts the place before an error that comes from it.
func at(place string, err error) error {
	if err == nil {
		return nil
	}
	if inner, ok := err.(*ConversionError); ok { //nolint:errorlint // only its own errors, as they came
		return &ConversionError{Path: joinPath(place, inner.Path), Err: inner.Err}
	}
	return &ConversionError{Path: place, Err: err}
}

// conversionError makes an error at the value itself.
func conversionError(format string, args ...any) error {
	return &ConversionError{Err: fmt.Errorf(format, args...)}
}
