package capture

import (
	"slices"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// Edit puts other text in the place of a part of a document.
type Edit struct {
	Start, End int
	Text       string // as it is to stand there: escaped
}

// SetText is the Edit that gives an element another text.
func SetText(n *Node, text string) Edit {
	return Edit{Start: n.Start, End: n.End, Text: string(wsman.AppendEscaped(nil, text))}
}

// Apply makes edits, which must not overlap. An element that was written as
// <a/> cannot be given a text: its Edit is left out.
func Apply(source string, edits []Edit) string {
	if len(edits) == 0 {
		return source
	}
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Start < at || e.Start == e.End && strings.HasSuffix(source[:e.Start], "/>") {
			continue
		}
		b.WriteString(source[at:e.Start])
		b.WriteString(e.Text)
		at = e.End
	}
	b.WriteString(source[at:])
	return b.String()
}
