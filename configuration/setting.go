package configuration

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Unlimited is WinRM's way to say that a number or a time has no limit.
const Unlimited = 2147483647

// Setting describes one key of a settings file, for people and for the pages
// made from it.
type Setting struct {
	// Table is the TOML table that the key is in; empty at the top of the file.
	Table string
	// Name is the key as it is written.
	Name string
	// Type is "boolean", "number", "text", "list of texts", "table of texts" or
	// "table of lists". A table is one whose keys the administrator chooses.
	Type string
	// Unit is the unit of a number, for example "ms"; empty for a plain count.
	Unit string
	// Default is the default as TOML.
	Default string
	// Min and Max are the range of a number, both inclusive.
	Min, Max int
	// Values are the only values that a text may have; nil if any may be.
	Values []string
	// Description says in a sentence or two what it does.
	Description string
	// Windows is what Windows has as its default, in words where it is not one
	// value; empty where Windows has no such setting.
	Windows string
}

// Key is the setting's dotted key, for example "Shell.MaxSpoolMB".
func (s Setting) Key() string {
	if s.Table == "" {
		return s.Name
	}
	return s.Table + "." + s.Name
}

// setting is a Setting with the field of T that holds its value.
type setting[T any] struct {
	Setting
	field func(*T) any   // a pointer to the field
	reset func(*T)       // gives the field its default
	check func(*T) error // nil: every value of the type will do
}

// windows tells what Windows has as its default.
func (s setting[T]) windows(def string) setting[T] {
	s.Windows = def
	return s
}

// asWindows says that Windows has the same default.
func (s setting[T]) asWindows() setting[T] {
	def := strings.Trim(s.Default, `"`)
	if def == "" || s.Default == "[]" {
		def = "empty" // and not unsaid, which would mean that there is no such setting
	}
	return s.windows(def)
}

// describe begins a Setting for a dotted key.
func describe(key, kind, def, description string) Setting {
	dot := strings.LastIndexByte(key, '.')
	return Setting{Table: key[:max(dot, 0)], Name: key[dot+1:], Type: kind, Default: def, Description: description}
}

func number[T any](key, unit string, def, least, most int, field func(*T) *int, description string) setting[T] {
	s := describe(key, "number", strconv.Itoa(def), description)
	s.Unit, s.Min, s.Max = unit, least, most
	return setting[T]{
		Setting: s,
		field:   func(t *T) any { return field(t) },
		reset:   func(t *T) { *field(t) = def },
		check: func(t *T) error {
			if v := *field(t); v < least || v > most {
				return fmt.Errorf("%d is out of range: must be %d to %d", v, least, most)
			}
			return nil
		},
	}
}

func boolean[T any](key string, def bool, field func(*T) *bool, description string) setting[T] {
	return setting[T]{
		Setting: describe(key, "boolean", strconv.FormatBool(def), description),
		field:   func(t *T) any { return field(t) },
		reset:   func(t *T) { *field(t) = def },
	}
}

func text[T any](key, def string, check func(string) error, field func(*T) *string, description string) setting[T] {
	return setting[T]{
		Setting: describe(key, "text", strconv.Quote(def), description),
		field:   func(t *T) any { return field(t) },
		reset:   func(t *T) { *field(t) = def },
		check:   func(t *T) error { return check(*field(t)) },
	}
}

func choice[T any](key string, values []string, field func(*T) *string, description string) setting[T] {
	oneOf := func(v string) error {
		if !slices.Contains(values, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(values, ", "))
		}
		return nil
	}
	s := text(key, values[0], oneOf, field, description)
	s.Values = values
	return s
}

func list[T any](key string, check func(string) error, field func(*T) *[]string, description string) setting[T] {
	return setting[T]{
		Setting: describe(key, "list of texts", "[]", description),
		field:   func(t *T) any { return field(t) },
		reset:   func(t *T) { *field(t) = []string{} },
		check: func(t *T) error {
			for i, v := range *field(t) {
				if err := check(v); err != nil {
					return fmt.Errorf("entry %d: %w", i+1, err)
				}
			}
			return nil
		},
	}
}

// table is a setting whose keys the administrator chooses, below a TOML table
// of its own. The check is given each key and value.
func table[T any, V string | []string](key string, check func(key string, value V) error, field func(*T) *map[string]V, description string) setting[T] {
	kind := "table of texts"
	if _, lists := any(*new(V)).([]string); lists {
		kind = "table of lists"
	}
	return setting[T]{
		Setting: describe(key, kind, "{}", description),
		field:   func(t *T) any { return field(t) },
		reset:   func(t *T) { *field(t) = map[string]V{} },
		check: func(t *T) error {
			for _, k := range slices.Sorted(maps.Keys(*field(t))) {
				if err := check(k, (*field(t))[k]); err != nil {
					return fmt.Errorf("%s: %w", k, err)
				}
			}
			return nil
		},
	}
}

// isTable reports whether the administrator chooses the keys below it.
func (s Setting) isTable() bool { return strings.HasPrefix(s.Type, "table") }
