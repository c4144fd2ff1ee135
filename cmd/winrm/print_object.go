package main

import (
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// objectPrinter writes the objects of a command as they come.
type objectPrinter interface {
	object(v clixml.Value) error
	// flush writes what was kept back to make a table of.
	flush() error
}

// newObjectPrinter makes a printer of a form.
func newObjectPrinter(s *screen, form string) (objectPrinter, error) {
	switch form {
	case "auto":
		return &shownPrinter{table: tablePrinter{screen: s}, views: newViews()}, nil
	case "table", "list":
		return &shownPrinter{table: tablePrinter{screen: s}, form: form}, nil
	case "json":
		return &jsonPrinter{screen: s}, nil
	case "raw":
		return &rawPrinter{w: s.w}, nil
	}
	return nil, usage("--output %q is none of auto, table, list, json, raw", form)
}

// tableColumns is how many properties make a table; more make a list, as in
// PowerShell for types that it has no view of.
const tableColumns = 4

// shownPrinter writes objects as PowerShell shows them: by a view, or those that it
// has none of by all their properties.
type shownPrinter struct {
	table tablePrinter
	form  string // table, list, or "" for what fits
	views []view
}

// object implements objectPrinter.
func (p *shownPrinter) object(v clixml.Value) error {
	if elements, ok := clixml.Elements(v); ok {
		return p.elements(elements)
	}
	switch base := clixml.Base(v).(type) {
	case nil:
		return nil
	case clixml.Dictionary:
		return p.dictionary(base)
	case *clixml.Object:
		return p.properties(base)
	}
	return p.table.line(clixml.Text(v))
}

// elements shows what is in a container one by one.
func (p *shownPrinter) elements(all []clixml.Value) error {
	for _, e := range all {
		if l, ok := clixml.Base(e).(clixml.List); ok { // in one line, however deep
			if err := p.table.line(clixml.Text(l)); err != nil {
				return err
			}
			continue
		}
		if err := p.object(e); err != nil {
			return err
		}
	}
	return nil
}

// dictionary shows the entries as objects with a name and a value.
func (p *shownPrinter) dictionary(d clixml.Dictionary) error {
	for _, e := range d {
		row := []cell{{name: "Name", value: e.Key}, {name: "Value", value: e.Value}}
		if err := p.row(row); err != nil {
			return err
		}
	}
	return nil
}

// properties shows an object by its properties, or by its text if it has none or
// that says all.
func (p *shownPrinter) properties(o *clixml.Object) error {
	if o.Is("System.Management.Automation.ErrorRecord") {
		if e, err := clixml.ReadErrorRecord(o); err == nil {
			return p.table.line(errorText(e))
		}
		return p.table.line(clixml.Text(o))
	}
	if o.Is("Microsoft.PowerShell.Commands.MatchInfo") && o.ToString != nil {
		return p.table.line(*o.ToString)
	}
	if v := findView(p.views, o); v != nil {
		group := ""
		if v.group != nil {
			group = v.group(o)
		}
		return p.table.row(group, v.row(o))
	}
	var row []cell
	for _, all := range []clixml.Properties{o.Adapted, o.Extended} {
		for _, property := range all {
			if _, ok := property.Value.(clixml.MemberSet); !ok {
				row = append(row, cell{name: property.Name, value: property.Value})
			}
		}
	}
	if len(row) == 0 {
		return p.table.line(clixml.Text(o))
	}
	return p.row(row)
}

func (p *shownPrinter) row(row []cell) error {
	if p.form == "table" || p.form == "" && len(row) <= tableColumns {
		return p.table.row("", row)
	}
	if err := p.table.flush(); err != nil {
		return err
	}
	return p.table.screen.list(row)
}

// flush implements objectPrinter.
func (p *shownPrinter) flush() error { return p.table.flush() }

// cell is a property to be shown.
type cell struct {
	name  string
	value clixml.Value
	right bool // in a table at the right, as numbers are
	width int  // of a table's column, at least
}

// oneLine is a cell's text in one line.
func (s *screen) oneLine(v clixml.Value) string {
	if v == nil {
		return ""
	}
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(s.text(clixml.Text(v)))
}

// list writes an object with a line for each property.
func (s *screen) list(row []cell) error {
	width := 0
	for _, c := range row {
		width = max(width, columns(s.text(c.name)))
	}
	var b strings.Builder
	for _, c := range row {
		text := ""
		if c.value != nil {
			text = strings.ReplaceAll(s.text(clixml.Text(c.value)), "\n", "\n"+strings.Repeat(" ", width+3))
		}
		fmt.Fprintln(&b, strings.TrimRight(pad(s.text(c.name), width, false)+" : "+text, " "))
	}
	b.WriteByte('\n')
	_, err := s.w.Write([]byte(b.String()))
	return err
}

// rawPrinter writes objects in CLIXML, each a document in a line.
type rawPrinter struct {
	w      interface{ Write([]byte) (int, error) }
	buffer []byte
}

// object implements objectPrinter.
func (p *rawPrinter) object(v clixml.Value) (err error) {
	if p.buffer, err = clixml.Append(p.buffer[:0], v); err != nil {
		return err
	}
	p.buffer = append(p.buffer, '\n')
	_, err = p.w.Write(p.buffer)
	return err
}

// flush implements objectPrinter.
func (p *rawPrinter) flush() error { return nil }
