package configuration

import (
	"fmt"
	"slices"
	"strings"
)

// Range says which values a setting may have: "60000 to 2147483647", or the only
// ones with commas between; empty if any of its type may be.
func (s Setting) Range() string {
	switch {
	case s.Type == "number":
		return fmt.Sprintf("%d to %d", s.Min, s.Max)
	case s.Values != nil:
		return strings.Join(s.Values, ", ")
	}
	return ""
}

// Document describes settings as Markdown: one table for each table of the file,
// below a heading of its own where it has a name. Flags are what sets a setting on
// the command line, by its key; nil leaves the column out.
func Document(settings []Setting, flags map[string]string) string {
	var b strings.Builder
	for i, s := range settings {
		if i == 0 || s.Table != settings[i-1].Table {
			if i > 0 {
				b.WriteByte('\n')
			}
			heading := s.Table
			if i > 0 && heading == "" { // one that is a table itself, after those of others
				heading = s.Name
			}
			writeHead(&b, heading, flags != nil)
		}
		writeRow(&b, s.cells(flags))
	}
	return b.String()
}

func writeHead(b *strings.Builder, table string, withFlags bool) {
	if table != "" {
		fmt.Fprintf(b, "### [%s]\n\n", table)
	}
	cells := []string{"setting", "unit or type", "default", "range", "default on Windows", "what it does"}
	if withFlags {
		cells = slices.Insert(cells, 1, "flag")
	}
	writeRow(b, cells)
	b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

// cells are a setting's line of the table.
func (s Setting) cells(flags map[string]string) []string {
	cells := []string{s.Name}
	if flags != nil {
		flag := ""
		if f := flags[s.Key()]; f != "" {
			flag = "`" + f + "`"
		}
		cells = append(cells, flag)
	}
	unit := s.Unit
	if unit == "" {
		unit = s.Type
	}
	windows := s.Windows
	if windows == "" {
		windows = "no such setting"
	}
	return append(cells, unit, "`"+s.Default+"`", s.Range(), markdownEscapes.Replace(windows), markdownText(s.Description))
}

func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| ")
		if cell != "" {
			b.WriteString(cell + " ")
		}
	}
	b.WriteString("|\n")
}

// markdownText is a description as one cell of a table. An example is a line of
// its own there, and code here.
func markdownText(text string) string {
	before, example, ok := strings.Cut(text, "\n")
	text = markdownEscapes.Replace(before)
	if ok {
		// What follows the example is a sentence: it begins after the closing quote.
		end := strings.LastIndexAny(example, `"]`) + 1
		text += " `" + example[:end] + "`" + markdownEscapes.Replace(example[end:])
	}
	return text
}

var markdownEscapes = strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "_", `\_`)
