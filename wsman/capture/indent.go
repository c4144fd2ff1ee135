package capture

import "strings"

// Indent writes a document with an element a line, so that people can read it
// and two of them can be compared by line. Compact is its inverse for every
// document without white space between tags.
func Indent(text string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(text); {
		end := tagEnd(text, i)
		tag := text[i:end]
		closing := strings.HasPrefix(tag, "</")
		if closing {
			depth--
		}
		// Between two tags there is a line break, unless they are the ends of one
		// element.
		if i > 0 && text[i-1] == '>' && !(closing && opens(text, i)) {
			b.WriteByte('\n')
			for range min(max(depth, 0), maxIndent) {
				b.WriteString("  ")
			}
		}
		b.WriteString(tag)
		if strings.HasPrefix(tag, "<") && !closing && !strings.HasSuffix(tag, "/>") && !strings.HasPrefix(tag, "<?") && !strings.HasPrefix(tag, "<!") {
			depth++
		}
		next := strings.IndexByte(text[end:], '<')
		if next < 0 {
			next = len(text) - end
		}
		b.WriteString(text[end : end+next])
		i = end + next
	}
	return b.String()
}

// maxIndent is how deep lines go in: a document of many levels would become very
// long otherwise.
const maxIndent = 32

// tagEnd is where the tag that begins at text[i] ends, or where the next begins
// if there is none.
func tagEnd(text string, i int) int {
	if text[i] != '<' {
		if next := strings.IndexByte(text[i:], '<'); next >= 0 {
			return i + next
		}
		return len(text)
	}
	if end := strings.IndexByte(text[i:], '>'); end >= 0 {
		return i + end + 1
	}
	return len(text)
}

// opens reports whether the tag that ends at text[i] is a start tag.
func opens(text string, i int) bool {
	start := strings.LastIndexByte(text[:i], '<')
	return start >= 0 && !strings.HasPrefix(text[start:i], "</") && !strings.HasSuffix(text[start:i], "/>")
}

// Compact takes away white space that stands alone between two tags.
func Compact(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for {
		end := strings.IndexByte(text, '>')
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:end+1])
		text = text[end+1:]
		if rest := strings.TrimLeft(text, " \t\r\n"); strings.HasPrefix(rest, "<") {
			text = rest
		}
	}
}
