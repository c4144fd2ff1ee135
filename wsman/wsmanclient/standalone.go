package wsmanclient

import (
	"bytes"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// standalone makes a document of an element, which is well-formed: it gets all
// declarations that are in force in it, its own among them.
func standalone(element []byte, scope xmlscan.Scope) ([]byte, error) {
	at := bytes.IndexAny(element, " \t\r\n/>")
	if at < 0 {
		return nil, badAnswer("an element has no end")
	}
	b := make([]byte, 0, len(element)+1024)
	b = append(b, element[:at]...)
	b = scope.AppendDeclarations(b)
	for {
		attribute, next := nextAttribute(element, at)
		if attribute == nil {
			return append(b, element[at:]...), nil
		}
		if name := bytes.TrimLeft(attribute, " \t\r\n"); !isDeclaration(name) {
			b = append(b, attribute...)
		}
		at = next
	}
}

// nextAttribute is the attribute at an offset in a start tag, with the white
// space before it, and where it ends; nil at the tag's end.
func nextAttribute(tag []byte, at int) ([]byte, int) {
	open := bytes.IndexAny(tag[at:], `"'>`)
	if open < 0 || tag[at+open] == '>' {
		return nil, at
	}
	open += at
	end := bytes.IndexByte(tag[open+1:], tag[open])
	if end < 0 {
		return nil, at
	}
	end += open + 2
	return tag[at:end], end
}

// isDeclaration reports whether an attribute declares a namespace.
func isDeclaration(attribute []byte) bool {
	rest, ok := bytes.CutPrefix(attribute, []byte("xmlns"))
	return ok && len(rest) > 0 && bytes.IndexByte([]byte(": \t\r\n="), rest[0]) >= 0
}
