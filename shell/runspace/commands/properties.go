package commands

import (
	"context"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// words are the words of a text with commas or blanks between.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// selector is a property that a parameter -Property names: a name, a pattern, a
// script block, or a hashtable with Name and Expression.
type selector struct {
	name       string
	block      clixml.ScriptBlock
	isBlock    bool
	descending *bool
}

func selectors(all []clixml.Value) ([]selector, error) {
	var found []selector
	for _, v := range all {
		s, err := readSelector(v)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, nil
}

func readSelector(v clixml.Value) (selector, error) {
	if b, ok := clixml.Base(v).(clixml.ScriptBlock); ok {
		return selector{name: strings.TrimSpace(string(b)), block: b, isBlock: true}, nil
	}
	d, ok := clixml.Base(v).(clixml.Dictionary)
	if !ok {
		return selector{name: value.String(v)}, nil
	}
	var s selector
	name := ""
	for _, e := range d {
		key := value.Fold(value.String(e.Key))
		switch {
		case key == "":
		case strings.HasPrefix("name", key), strings.HasPrefix("label", key):
			name = value.String(e.Value)
		case strings.HasPrefix("expression", key):
			if _, again := clixml.Base(e.Value).(clixml.Dictionary); again { // it may hold itself
				return s, runspace.NewError("DictionaryKeyIllegalValue", clixml.InvalidArgument, nil, "The key Expression must be a script block or a name.")
			}
			one, err := readSelector(e.Value)
			if err != nil {
				return s, err
			}
			s.name, s.block, s.isBlock = one.name, one.block, one.isBlock
		case strings.HasPrefix("descending", key), strings.HasPrefix("ascending", key):
			descending := value.True(e.Value) == strings.HasPrefix("descending", key)
			s.descending = &descending
		}
	}
	if s.name == "" && !s.isBlock && name == "" {
		return s, runspace.NewError("DictionaryKeyUnknown", clixml.InvalidArgument, v, "A property as a hashtable needs the key Expression or Name.")
	}
	if !s.isBlock && s.name == "" {
		s.name = name
	}
	switch {
	case name != "" && s.isBlock:
		s.name = name
	case name != "" && s.name != name: // another name for a property
		quoted := "'" + strings.ReplaceAll(s.name, "'", "''") + "'"
		s.name, s.block, s.isBlock = name, clixml.ScriptBlock("$_."+quoted), true
	}
	return s, nil
}

// value is the property of an object.
func (s *selector) value(ctx context.Context, io *runspace.IO, v clixml.Value) (clixml.Value, error) {
	if s.isBlock {
		return io.Value(ctx, s.block, v)
	}
	m, _ := value.Member(v, s.name)
	return m, nil
}

// matching are the properties of an object that a name or pattern means; a name
// that it has not is null.
func (s *selector) matching(ctx context.Context, io *runspace.IO, v clixml.Value) ([]clixml.Property, error) {
	if s.isBlock || !value.IsPattern(s.name) {
		m, err := s.value(ctx, io, v)
		return []clixml.Property{{Name: s.name, Value: m}}, err
	}
	var found []clixml.Property
	for _, p := range propertiesOf(v) {
		if value.Like(p.Name, s.name, false) {
			found = append(found, p)
		}
	}
	return found, nil
}

// propertiesOf are all properties of an object.
func propertiesOf(v clixml.Value) []clixml.Property {
	o, ok := v.(*clixml.Object)
	if !ok || o == nil {
		return nil
	}
	var all []clixml.Property
	all = append(all, o.Adapted...)
	all = append(all, o.Extended...)
	if d, ok := o.Base.(clixml.Dictionary); ok {
		for _, name := range []string{"Count", "Keys", "Values"} {
			m, _ := value.Member(d, name)
			all = append(all, clixml.Property{Name: name, Value: m})
		}
	}
	return all
}
