package commands

import (
	"context"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// measuring is one call of Measure-Object.
type measuring struct {
	InputObject                                       clixml.Value `param:",pipeline"`
	Property                                          []string     `param:",position=0"`
	Sum, Average, Maximum, Minimum, StandardDeviation bool
	AllStats, Line, Word, Character                   bool

	all []*measured
}

// measured is what was seen of one property, or of the objects themselves.
type measured struct {
	property            string
	count               int
	sum, squares        float64
	maximum, minimum    clixml.Value
	lines, words, chars int
}

func measureObject() *runspace.Command {
	return &runspace.Command{
		Name: "Measure-Object", Aliases: []string{"measure"}, Synopsis: "Counts objects, and calculates with their properties.",
		Examples: []string{"1..10 | Measure-Object -Sum -Average"},
		New:      func() runspace.Cmdlet { return &measuring{} },
	}
}

// Begin implements runspace.Beginner.
func (m *measuring) Begin(context.Context, *runspace.IO) error {
	if m.AllStats {
		m.Sum, m.Average, m.Maximum, m.Minimum, m.StandardDeviation = true, true, true, true, true
	}
	for _, name := range m.Property {
		m.all = append(m.all, &measured{property: name})
	}
	if len(m.all) == 0 {
		m.all = []*measured{{}}
	}
	return nil
}

// Process implements runspace.Cmdlet.
func (m *measuring) Process(ctx context.Context, io *runspace.IO) error {
	if value.IsNull(m.InputObject) {
		return nil
	}
	for _, one := range m.all {
		v := m.InputObject
		if one.property != "" {
			found, ok := value.Member(v, one.property)
			if !ok || value.IsNull(found) {
				continue
			}
			v = found
		}
		one.count++
		if err := m.add(ctx, io, one, v); err != nil {
			return err
		}
	}
	return nil
}

func (m *measuring) add(ctx context.Context, io *runspace.IO, one *measured, v clixml.Value) error {
	if m.Sum || m.Average || m.StandardDeviation {
		f, err := value.Float(v)
		if err != nil {
			return io.Error(ctx, runspace.NewError("NonNumericInputObject", clixml.InvalidType, v, "Input object %q is not numeric.", value.String(v)))
		}
		one.sum += f
		one.squares += f * f
	}
	if n, err := value.Compare(one.maximum, v, false); m.Maximum && (one.maximum == nil || err == nil && n < 0) {
		one.maximum = v
	}
	if n, err := value.Compare(one.minimum, v, false); m.Minimum && (one.minimum == nil || err == nil && n > 0) {
		one.minimum = v
	}
	if m.isText() {
		s := value.String(v)
		one.lines += strings.Count(s, "\n") + 1
		one.words += len(strings.Fields(s))
		one.chars += utf8.RuneCountInString(s)
	}
	return nil
}

func (m *measuring) isText() bool { return m.Line || m.Word || m.Character }

// End implements runspace.Ender.
func (m *measuring) End(ctx context.Context, io *runspace.IO) error {
	for _, one := range m.all {
		if one.count == 0 && one.property != "" {
			err := io.Error(ctx, runspace.NewError("GenericMeasurePropertyNotFound", clixml.InvalidArgument, nil,
				"The property \"%s\" cannot be found in the input for any objects.", one.property))
			if err != nil {
				return err
			}
			continue
		}
		if err := io.Output(ctx, m.object(one)); err != nil {
			return err
		}
	}
	return nil
}

func (m *measuring) object(one *measured) *clixml.Object {
	if m.isText() {
		optional := func(wanted bool, n int) clixml.Value {
			if !wanted {
				return nil
			}
			return clixml.Int32(n)
		}
		return result("Microsoft.PowerShell.Commands.TextMeasureInfo",
			clixml.Property{Name: "Lines", Value: optional(m.Line, one.lines)}, clixml.Property{Name: "Words", Value: optional(m.Word, one.words)},
			clixml.Property{Name: "Characters", Value: optional(m.Character, one.chars)}, clixml.Property{Name: "Property", Value: name(one.property)})
	}
	optional := func(wanted bool, f float64) clixml.Value {
		if !wanted || one.count == 0 {
			return nil
		}
		return clixml.Double(f)
	}
	n := float64(one.count)
	return result("Microsoft.PowerShell.Commands.GenericMeasureInfo",
		clixml.Property{Name: "Count", Value: clixml.Int32(one.count)}, clixml.Property{Name: "Average", Value: optional(m.Average, one.sum/n)},
		clixml.Property{Name: "Sum", Value: optional(m.Sum, one.sum)}, clixml.Property{Name: "Maximum", Value: number(one.maximum)},
		clixml.Property{Name: "Minimum", Value: number(one.minimum)},
		clixml.Property{Name: "StandardDeviation", Value: optional(m.StandardDeviation && one.count > 1, math.Sqrt(max(0, (one.squares-one.sum*one.sum/n)/(n-1))))},
		clixml.Property{Name: "Property", Value: name(one.property)})
}

// number is a Double where v is a number, as PowerShell's maximum is.
func number(v clixml.Value) clixml.Value {
	switch clixml.Base(v).(type) {
	case clixml.Int32, clixml.Int64, clixml.Decimal, clixml.Double, clixml.Single, clixml.UInt32, clixml.UInt64, clixml.Int16, clixml.Byte:
		f, err := value.Float(v)
		if err == nil {
			return clixml.Double(f)
		}
	}
	return v
}

func name(s string) clixml.Value {
	if s == "" {
		return nil
	}
	return clixml.String(s)
}

// result is an object of a type with properties of its own.
func result(typeName string, properties ...clixml.Property) *clixml.Object {
	return &clixml.Object{TypeNames: []string{typeName, "System.Object"}, Adapted: properties}
}
