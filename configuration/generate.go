package configuration

import (
	"fmt"
	"strings"
)

// commentWidth is the length of line that comments are broken at.
const commentWidth = 100

// generate is the file with every setting at its default and what can be said
// about it beside it.
func (s schema[T]) generate() []byte {
	t := s.defaults()
	return s.write(&t)
}

// write is the file with these values.
func (s schema[T]) write(t *T) []byte {
	var b strings.Builder
	writeComment(&b, s.heading)
	table := ""
	for i := range s.settings {
		one := &s.settings[i]
		b.WriteByte('\n')
		if one.isTable() {
			writeComment(&b, one.Description)
			lines := tableLines(one.field(t))
			if len(lines) == 0 {
				// Opened, it would take in what somebody writes at the end of the file.
				fmt.Fprintf(&b, "# [%s]\n", one.Key())
				continue
			}
			table = one.Key()
			fmt.Fprintf(&b, "[%s]\n", table)
			for _, line := range lines {
				b.WriteString(line + "\n")
			}
			continue
		}
		if one.Table != table {
			table = one.Table
			fmt.Fprintf(&b, "[%s]\n\n", table)
		}
		writeComment(&b, one.Description+" "+one.limits())
		fmt.Fprintf(&b, "%s = %s\n", one.Name, tomlValue(one.field(t)))
	}
	return []byte(b.String())
}

// limits is the sentence about what values a setting may have.
func (s Setting) limits() string {
	var b strings.Builder
	switch {
	case s.Type == "number" && s.Unit != "":
		fmt.Fprintf(&b, "%s, %d to %d. ", s.Unit, s.Min, s.Max)
	case s.Type == "number":
		fmt.Fprintf(&b, "%d to %d. ", s.Min, s.Max)
	case s.Values != nil:
		fmt.Fprintf(&b, "One of %s. ", strings.Join(s.Values, ", "))
	}
	fmt.Fprintf(&b, "Default: %s.", s.Default)
	return b.String()
}

// writeComment writes text as TOML comments, broken at spaces; a line break in
// it begins a new line.
func writeComment(b *strings.Builder, text string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := "#"
		for word := range strings.FieldsSeq(paragraph) {
			if len(line)+1+len(word) > commentWidth {
				b.WriteString(line + "\n")
				line = "#"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
}
