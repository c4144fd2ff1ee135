package configuration

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// tomlValue is the value that a pointer to a field points to, as TOML.
func tomlValue(field any) string {
	switch v := field.(type) {
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	case *string:
		return tomlString(*v)
	case *[]string:
		return tomlList(*v)
	}
	panic(fmt.Sprintf("a field of type %T is no setting's", field))
}

// tableLines are the lines of a table whose keys the administrator chooses.
func tableLines(field any) []string {
	var lines []string
	switch v := field.(type) {
	case *map[string]string:
		for _, k := range slices.Sorted(maps.Keys(*v)) {
			lines = append(lines, tomlKey(k)+" = "+tomlString((*v)[k]))
		}
	case *map[string][]string:
		for _, k := range slices.Sorted(maps.Keys(*v)) {
			lines = append(lines, tomlKey(k)+" = "+tomlList((*v)[k]))
		}
	}
	return lines
}

func tomlList(list []string) string {
	quoted := make([]string, len(list))
	for i, v := range list {
		quoted[i] = tomlString(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// tomlString is a text as a basic string. What is not UTF-8 cannot be in it.
func tomlString(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// tomlKey is a key, quoted where it must be.
func tomlKey(key string) string {
	bare := func(r rune) bool {
		return r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if key != "" && strings.IndexFunc(key, func(r rune) bool { return !bare(r) }) < 0 {
		return key
	}
	return tomlString(key)
}
