package configuration

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
)

// rewrite is a file's content with the values of t. What did not change stays
// as it is written, with its comments; a file in which that cannot be done is
// written anew. Parse is how the values of t were read.
func (s schema[T]) rewrite(content []byte, t *T, parse func(content []byte) (T, error)) []byte {
	old, err := parse(content)
	if err == nil {
		edited := s.edit(content, &old, t)
		if got, err := parse(edited); err == nil && s.equal(&got, t) {
			return edited
		}
	}
	return s.write(t)
}

// equal reports whether all settings have the same values.
func (s schema[T]) equal(a, b *T) bool {
	return !slices.ContainsFunc(s.settings, func(one setting[T]) bool {
		return !reflect.DeepEqual(one.field(a), one.field(b))
	})
}

// edit is one change of a file: the bytes from start to end become text.
type edit struct {
	start, end int
	text       string
}

// edit changes the values that differ.
func (s schema[T]) edit(content []byte, old, new *T) []byte {
	keys, tables := scan(content)
	var edits []edit
	for i := range s.settings {
		one := &s.settings[i]
		before, after := one.field(old), one.field(new)
		if reflect.DeepEqual(before, after) {
			continue
		}
		if one.isTable() {
			edits = append(edits, rewriteTable(content, keys, tables, one.Key(), after)...)
			continue
		}
		at := slices.IndexFunc(keys, func(p keyPosition) bool { return p.key == one.Key() })
		if at >= 0 {
			p := keys[at]
			edits = append(edits, edit{p.keyEnd, max(p.end, p.keyEnd), " = " + tomlValue(after)})
			continue
		}
		edits = append(edits, insert(content, tables, one.Table, []string{one.Name + " = " + tomlValue(after)}))
	}
	// From the end, so that the places of the others stay what they are. Two at
	// one place keep their order.
	slices.Reverse(edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(b.start, a.start) })
	for _, e := range edits {
		content = slices.Concat(content[:e.start], []byte(e.text), content[e.end:])
	}
	return content
}

// rewriteTable takes the lines of a table's keys out and puts the new ones in.
func rewriteTable(content []byte, keys []keyPosition, tables []tablePosition, name string, field any) []edit {
	var edits []edit
	for _, p := range keys {
		if p.table == name && p.end > 0 {
			edits = append(edits, edit{start: p.offset, end: lineEnd(content, p.end)})
		}
	}
	if lines := tableLines(field); len(lines) > 0 {
		edits = append(edits, insert(content, tables, name, lines))
	}
	return edits
}

// insert puts lines into a table, right after its header; those of no table go
// before the first.
func insert(content []byte, tables []tablePosition, table string, lines []string) edit {
	text := ""
	for _, line := range lines {
		text += line + "\n"
	}
	at := len(content)
	if i := slices.IndexFunc(tables, func(p tablePosition) bool { return p.name == table }); i >= 0 {
		at = lineEnd(content, tables[i].offset)
	} else if table != "" {
		text = "\n[" + table + "]\n" + text
	} else if len(tables) > 0 {
		at = bytes.LastIndexByte(content[:tables[0].offset], '\n') + 1
		text += "\n"
	}
	if at > 0 && content[at-1] != '\n' {
		text = "\n" + text
	}
	return edit{at, at, text}
}

// lineEnd is the offset of the line after the one that offset is in.
func lineEnd(content []byte, offset int) int {
	if n := bytes.IndexByte(content[offset:], '\n'); n >= 0 {
		return offset + n + 1
	}
	return len(content)
}
