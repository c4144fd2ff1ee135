package runspacepool

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// arguments are the parameters of a call (2.2.6), taken one by one. The first
// that is not what it must be is the error.
type arguments struct {
	values []clixml.Value
	at     int
	err    error
}

func (a *arguments) next() clixml.Value {
	if a.at >= len(a.values) {
		a.fail("is missing")
		return nil
	}
	a.at++
	return a.values[a.at-1]
}

func (a *arguments) fail(what string) {
	if a.err == nil {
		a.err = fmt.Errorf("parameter %d of the call %s", a.at, what)
	}
}

// text is a string; null is "".
func (a *arguments) text() string {
	v := a.next()
	s, ok := clixml.Base(v).(clixml.String)
	if !ok && v != nil {
		a.fail("is not a string")
	}
	return string(s)
}

func (a *arguments) int() int { return int(number(a, a.next())) }

func number(a *arguments, v clixml.Value) int64 {
	switch n := clixml.Base(v).(type) {
	case clixml.Int32:
		return int64(n)
	case clixml.Int64:
		return int64(n)
	}
	a.fail("is not a number")
	return 0
}

func (a *arguments) color() Color { return Color(a.int()) }

// colors are two of them.
func (a *arguments) colors() *Colors {
	foreground := a.color()
	return &Colors{foreground, a.color()}
}

// list is the elements of a list.
func (a *arguments) list() []clixml.Value {
	v := a.next()
	list, ok := elements(v)
	if !ok && v != nil {
		a.fail("is not a list")
	}
	return list
}

// object is an encoded class or structure (2.2.6.1.1).
func (a *arguments) object() *clixml.Object {
	v := a.next()
	o, ok := v.(*clixml.Object)
	if !ok {
		a.fail("is not an object")
		return &clixml.Object{}
	}
	return o
}

// field is a number in such an object.
func (a *arguments) field(o *clixml.Object, name string) int {
	v, ok := o.Property(name)
	if !ok {
		a.fail("has no " + name)
		return 0
	}
	return int(number(a, v))
}

func (a *arguments) coordinates() Coordinates {
	o := a.object()
	return Coordinates{a.field(o, "x"), a.field(o, "y")}
}

func (a *arguments) size() Size {
	o := a.object()
	return Size{a.field(o, "width"), a.field(o, "height")}
}

func (a *arguments) rectangle() Rectangle {
	o := a.object()
	return Rectangle{a.field(o, "left"), a.field(o, "top"), a.field(o, "right"), a.field(o, "bottom")}
}

func (a *arguments) cell() BufferCell { return a.readCell(a.object()) }

func (a *arguments) readCell(o *clixml.Object) BufferCell {
	v, _ := o.Property("character")
	c, ok := clixml.Base(v).(clixml.Char)
	if !ok {
		a.fail("has no character")
	}
	return BufferCell{
		Character: rune(c), Type: int32(a.field(o, "bufferCellType")),
		ForegroundColor: Color(a.field(o, "foregroundColor")), BackgroundColor: Color(a.field(o, "backgroundColor")),
	}
}

// cells is an array of two dimensions (2.2.6.1.4): elements row by row, and how
// many rows and columns there are.
func (a *arguments) cells() [][]BufferCell {
	o := a.object()
	v, _ := o.Property("mae")
	all, ok := elements(v)
	v, _ = o.Property("mal")
	lengths, ok2 := elements(v)
	if !ok || !ok2 || len(lengths) != 2 {
		a.fail("is not an array of two dimensions")
		return nil
	}
	rows, columns := number(a, lengths[0]), number(a, lengths[1])
	if rows < 0 || columns < 0 || columns > 0 && rows > int64(len(all))/columns || rows*columns != int64(len(all)) || rows > int64(len(all)) {
		a.fail("has not as many elements as it says")
		return nil
	}
	table := make([][]BufferCell, rows)
	for i, v := range all {
		cell, ok := v.(*clixml.Object)
		if !ok {
			a.fail("is not an array of cells")
			return nil
		}
		row := int64(i) / columns
		table[row] = append(table[row], a.readCell(cell))
	}
	return table
}

// cellArray is the inverse.
func cellArray(rows [][]BufferCell) (clixml.Value, error) {
	columns := 0
	var all clixml.List
	for i, row := range rows {
		if i == 0 {
			columns = len(row)
		}
		if len(row) != columns {
			return nil, fmt.Errorf("row %d has %d cells and not %d", i, len(row), columns)
		}
		for _, c := range row {
			all = append(all, c.object())
		}
	}
	return bag(property("mae", all), property("mal", clixml.List{clixml.Int32(len(rows)), clixml.Int32(columns)})), nil
}

// choices are ChoiceDescriptions.
func (a *arguments) choices() (choices []ChoiceDescription) {
	for _, v := range a.list() {
		o, ok := v.(*clixml.Object)
		if !ok {
			a.fail("is not a list of choices")
		}
		choices = append(choices, ChoiceDescription{Label: member(o, "label"), Help: member(o, "helpMessage")})
	}
	return choices
}

// fields are FieldDescriptions.
func (a *arguments) fields() (fields []FieldDescription) {
	for _, v := range a.list() {
		o, ok := v.(*clixml.Object)
		if !ok {
			a.fail("is not a list of fields")
		}
		f := FieldDescription{
			Name: member(o, "name"), Label: member(o, "label"), Help: member(o, "helpMessage"),
			TypeName: member(o, "parameterTypeName"), FullTypeName: member(o, "parameterTypeFullName"),
		}
		mandatory, _ := o.Property("isMandatory")
		is, _ := clixml.Base(mandatory).(clixml.Bool)
		f.Mandatory = bool(is)
		f.Default, _ = o.Property("defaultValue")
		fields = append(fields, f)
	}
	return fields
}

// member is a string in an object; "" where there is none.
func member(o *clixml.Object, name string) string {
	v, _ := o.Property(name)
	return text(v)
}
