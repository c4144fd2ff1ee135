// Package format shows objects as text, as PowerShell's Out-String does: tables
// of up to four properties, lists of more, and everything else as it is in a
// string. It is for consoles without PowerShell's own formatting; clients of
// remoting format the objects themselves.
package format

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// DefaultWidth is that of a console.
const DefaultWidth = 120

// maxColumns is how many properties stand in a table.
const maxColumns = 4

// maxItems is how many elements of a value within a value are shown.
const maxItems = 4

// Text shows objects in lines of at most width characters; 0 means DefaultWidth.
// It ends with the end of a line, unless nothing is to be shown.
func Text(objects []clixml.Value, width int) string {
	if width <= 0 {
		width = DefaultWidth
	}
	var b strings.Builder
	for len(objects) > 0 {
		columns := columnsOf(objects[0])
		n := 1
		switch {
		case columns == nil:
			b.WriteString(line(objects[0]) + "\n")
		case len(columns) > maxColumns:
			list(&b, objects[0], columns)
		default:
			for n < len(objects) && same(columns, columnsOf(objects[n])) {
				n++
			}
			table(&b, objects[:n], columns, width)
		}
		objects = objects[n:]
	}
	return b.String()
}

// line is a value that has no properties to be shown.
func line(v clixml.Value) string {
	o, ok := v.(*clixml.Object)
	if ok && o.Is("System.Management.Automation.ErrorRecord") {
		if r, err := clixml.ReadErrorRecord(v); err == nil {
			return errorText(r)
		}
	}
	if t, ok := clixml.Base(v).(clixml.DateTime); ok {
		return "\n" + t.Time().Format("Monday, January 2, 2006 3:04:05 PM") + "\n"
	}
	return value.String(v)
}

func errorText(r *clixml.ErrorRecord) string {
	text := r.Text()
	if r.CategoryActivity != "" {
		text = r.CategoryActivity + ": " + text
	}
	return fmt.Sprintf("%s\n    + CategoryInfo          : %s: (%s:%s) [%s], %s\n    + FullyQualifiedErrorId : %s",
		text, r.Category, r.CategoryTargetName, r.CategoryTargetType, r.CategoryActivity, r.CategoryReason, r.FullyQualifiedErrorID)
}

// columnsOf are the names of the properties that are shown; nil for a value that
// is shown as a string.
func columnsOf(v clixml.Value) []string {
	if d, ok := clixml.Base(v).(clixml.Dictionary); ok && len(d) > 0 {
		return []string{"Name", "Value"}
	}
	o, ok := v.(*clixml.Object)
	if !ok || o == nil || o.Base != nil || o.Is("System.Management.Automation.ErrorRecord") || o.Is("HelpInfoShort") {
		return nil
	}
	if o.Is("System.Management.Automation.CommandInfo") {
		return []string{"CommandType", "Name", "Version", "Source"}
	}
	var names []string
	for _, set := range []clixml.Properties{o.Adapted, o.Extended} {
		for _, p := range set {
			names = append(names, p.Name)
		}
	}
	return names
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !strings.EqualFold(a[i], b[i]) {
			return false
		}
	}
	return true
}

// cell is a property in one line.
func cell(v clixml.Value) string {
	if items, ok := clixml.Elements(v); ok {
		parts := make([]string, 0, maxItems+1)
		for i, item := range items {
			if i == maxItems {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, value.String(item))
		}
		return "{" + clean(strings.Join(parts, ", ")) + "}"
	}
	return clean(value.String(v))
}

// clean takes out what would break a line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// headings are names in one line.
func headings(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = clean(name)
	}
	return all
}

// list shows one object, a property a line.
func list(b *strings.Builder, v clixml.Value, names []string) {
	longest := 0
	titles := headings(names)
	for _, title := range titles {
		longest = max(longest, utf8.RuneCountInString(title))
	}
	b.WriteString("\n")
	for i, name := range names {
		m, _ := value.Member(v, name)
		fmt.Fprintf(b, "%s : %s\n", pad(titles[i], longest, false), cell(m))
	}
	b.WriteString("\n")
}

// table shows objects, one a line.
func table(b *strings.Builder, objects []clixml.Value, names []string, width int) {
	rows, right := cells(objects, names)
	names = headings(names)
	widths := make([]int, len(names))
	for i, name := range names {
		widths[i] = max(1, utf8.RuneCountInString(name))
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	fit(widths, width)
	under := make([]string, len(names))
	for i, name := range names {
		under[i] = strings.Repeat("-", min(utf8.RuneCountInString(name), widths[i]))
	}
	b.WriteString("\n")
	for _, row := range append([][]string{names, under}, rows...) {
		parts := make([]string, len(row))
		for i, text := range row {
			parts[i] = pad(text, widths[i], right[i])
		}
		b.WriteString(strings.TrimRight(strings.Join(parts, " "), " ") + "\n")
	}
	b.WriteString("\n")
}

// cells are the texts, and which columns stand to the right, as numbers do.
func cells(objects []clixml.Value, names []string) (rows [][]string, right []bool) {
	right = make([]bool, len(names))
	for _, o := range objects {
		if d, ok := clixml.Base(o).(clixml.Dictionary); ok {
			for _, e := range d {
				rows = append(rows, []string{cell(e.Key), cell(e.Value)})
			}
			continue
		}
		row := make([]string, len(names))
		for i, name := range names {
			m, _ := value.Member(o, name)
			row[i] = cell(m)
			switch clixml.Base(m).(type) {
			case clixml.Int32, clixml.Int64, clixml.UInt32, clixml.UInt64, clixml.Double, clixml.Decimal, clixml.TimeSpan:
				o, isObject := m.(*clixml.Object)
				right[i] = !isObject || !o.Is("System.Enum")
			}
		}
		rows = append(rows, row)
	}
	return rows, right
}

// fit makes the widest columns smaller until a line has room.
func fit(widths []int, width int) {
	for {
		total, widest := len(widths)-1, 0
		for i, w := range widths {
			total += w
			if w > widths[widest] {
				widest = i
			}
		}
		if total <= width || widths[widest] <= 1 {
			return
		}
		widths[widest] = max(1, widths[widest]-(total-width))
	}
}

// pad makes a text exactly as wide as n.
func pad(s string, n int, right bool) string {
	r := []rune(s)
	if len(r) > n {
		if n == 1 {
			return "…"
		}
		return string(r[:n-1]) + "…"
	}
	blank := strings.Repeat(" ", n-len(r))
	if right {
		return blank + s
	}
	return s + blank
}
