package psrp

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

const (
	more      = "…" // what is cut off, or left out
	plainNull = "$null"
)

// plainValue writes a value as text: a primitive as it stands in the document,
// an object as what its ToString said, and one that has none by what it holds.
func plainValue(n *plainNode) string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *plainNode) write(b *strings.Builder) {
	switch n.kind {
	case "Nil":
		b.WriteString(plainNull)
	case "Obj":
		n.writeObject(b)
	case "Ref":
		b.WriteString(more) // it was written before
	case "SS":
		b.WriteString("System.Security.SecureString")
	case "C":
		b.WriteString(n.character())
	case "LST", "IE", "QUE", "STK":
		writeList(b, "{", ", ", n.children)
	case "DCT":
		n.writeDictionary(b)
	default:
		b.WriteString(n.text)
	}
	if n.cut && n.kind != "Obj" {
		b.WriteString(more)
	}
}

// character is a C, which is a number (2.2.5.1.2).
func (n *plainNode) character() string {
	code, err := strconv.ParseUint(strings.TrimSpace(n.text), 10, 16)
	if err != nil {
		return n.text
	}
	return string(utf16.Decode([]uint16{uint16(code)}))
}

func (n *plainNode) writeObject(b *strings.Builder) {
	if s := n.child("ToString"); s != nil {
		s.write(b)
		return
	}
	for _, c := range n.children {
		switch c.kind {
		case "TN", "TNRef", "MS", "Props":
		default:
			c.write(b)
			return
		}
	}
	for _, kind := range []string{"MS", "Props"} {
		if set := n.child(kind); set != nil && len(set.children) > 0 {
			writeList(b, "@{", "; ", set.children)
			return
		}
	}
	if t := n.child("TN").child("T"); t != nil {
		b.WriteString("[" + t.text + "]")
		return
	}
	b.WriteString(more)
}

// writeList writes values, with their names where they have any.
func writeList(b *strings.Builder, open, between string, values []*plainNode) {
	b.WriteString(open)
	for i, v := range values {
		if i > 0 {
			b.WriteString(between)
		}
		if v.name != "" {
			b.WriteString(v.name + "=")
		}
		v.write(b)
	}
	b.WriteString("}")
}

// writeDictionary writes entries, each a Key and a Value (2.2.5.2.6.4).
func (n *plainNode) writeDictionary(b *strings.Builder) {
	b.WriteString("@{")
	for i, entry := range n.children {
		if i > 0 {
			b.WriteString("; ")
		}
		for j, part := range entry.children {
			if j == 1 {
				b.WriteString("=")
			}
			part.write(b)
		}
	}
	b.WriteString("}")
}
