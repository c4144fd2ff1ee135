package configuration

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Value is a setting with the value that it has.
type Value struct {
	Setting
	// Value is a bool, int, string, []string, map[string]string or
	// map[string][]string, by Type. It is a copy.
	Value any
}

// ErrNoSetting says that there is no setting of a name.
var ErrNoSetting = errors.New("there is no such setting")

// values are all settings with the values of t.
func (s schema[T]) values(t *T) []Value {
	all := make([]Value, len(s.settings))
	for i := range s.settings {
		all[i] = Value{Setting: s.settings[i].Setting, Value: read(s.settings[i].field(t))}
	}
	return all
}

// set gives a setting a value of its type.
func (s schema[T]) set(t *T, key string, value any) error {
	for i := range s.settings {
		if s.settings[i].Key() != key {
			continue
		}
		if !assign(s.settings[i].field(t), value) {
			return &FileError{Key: key, Err: fmt.Errorf("%T is not a %s", value, s.settings[i].Type)}
		}
		return nil
	}
	return &FileError{Key: key, Err: ErrNoSetting}
}

// read is a copy of what a pointer to a field points to.
func read(field any) any {
	switch v := field.(type) {
	case *bool:
		return *v
	case *int:
		return *v
	case *string:
		return *v
	case *[]string:
		return slices.Clone(*v)
	case *map[string]string:
		return maps.Clone(*v)
	case *map[string][]string:
		return maps.Clone(*v)
	}
	return nil
}

// assign puts a value where a pointer to a field points to, if it is of its
// type.
func assign(field, value any) bool {
	switch p := field.(type) {
	case *bool:
		return assignTo(p, value)
	case *int:
		return assignTo(p, value)
	case *string:
		return assignTo(p, value)
	case *[]string:
		return assignTo(p, value)
	case *map[string]string:
		return assignTo(p, value)
	case *map[string][]string:
		return assignTo(p, value)
	}
	return false
}

func assignTo[V any](p *V, value any) bool {
	v, ok := value.(V)
	if ok {
		*p = v
	}
	return ok
}

// Parse reads a value as a command line or an attribute has it: true or false
// in any case, a decimal number, a text; a list as texts with commas between.
// The result is one for Set; whether it is in range is Check's to say.
func (s Setting) Parse(text string) (any, error) {
	switch s.Type {
	case "boolean":
		switch strings.ToLower(text) {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", text)
	case "number":
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("%q is no number", text)
		}
		return n, nil
	case "text":
		for _, v := range s.Values {
			if strings.EqualFold(v, text) {
				return v, nil
			}
		}
		return text, nil
	case "list of texts":
		list := []string{}
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("a %s cannot be given as one text", s.Type)
}

// Values are all settings of the configuration, in the file's order.
func (t *Session) Values() []Value { return sessionSchema(t.Name).values(t) }

// Set gives the setting with a dotted key a value of its type. The error is a
// *FileError. It is not checked; see Check.
func (t *Session) Set(key string, value any) error { return sessionSchema(t.Name).set(t, key, value) }

// Check says what is wrong with the settings: *FileErrors without a file,
// joined.
func (t *Session) Check() error { return sessionSchema(t.Name).validate("", t, nil, nil) }

// Values are all settings of the service, in the file's order.
func (t *Service) Values() []Value { return serviceSchema().values(t) }

// Set gives the setting with a dotted key a value of its type. The error is a
// *FileError. It is not checked; see Check.
func (t *Service) Set(key string, value any) error { return serviceSchema().set(t, key, value) }

// Check says what is wrong with the settings: *FileErrors without a file,
// joined.
func (t *Service) Check() error { return serviceSchema().validate("", t, nil, nil) }
