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
	var b strings.Builder
	writeComment(&b, s.heading)
	table := ""
	for _, one := range s.describe() {
		b.WriteByte('\n')
		if one.Table != table {
			table = one.Table
			fmt.Fprintf(&b, "[%s]\n\n", table)
		}
		writeComment(&b, one.Description+" "+one.limits())
		fmt.Fprintf(&b, "%s = %s\n", one.Name, one.Default)
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
