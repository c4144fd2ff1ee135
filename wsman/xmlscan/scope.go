package xmlscan

import "bytes"

// Scope is a set of namespace declarations in force at one place of a
// document. With it a Scanner can begin there, see NewContent. The zero value
// holds none. It points into the source that it was taken from.
type Scope struct {
	bound []binding
}

// Scope returns the declarations in force in the innermost open element.
func (s *Scanner) Scope() Scope {
	if len(s.bound) == 0 {
		return Scope{}
	}
	return Scope{bound: append([]binding(nil), s.bound...)}
}

// Len is the number of declarations, hidden ones included.
func (c Scope) Len() int { return len(c.bound) }

// AppendDeclarations appends the declarations to dst as attributes, each with
// a blank before it, so that content can be put under an element with the
// same scope.
func (c Scope) AppendDeclarations(dst []byte) []byte {
	for i, b := range c.bound {
		if c.hidden(i) {
			continue
		}
		dst = append(dst, " xmlns"...)
		if len(b.prefix) > 0 {
			dst = append(append(dst, ':'), b.prefix...)
		}
		dst = append(dst, `="`...)
		dst = appendAttributeValue(dst, b.uri)
		dst = append(dst, '"')
	}
	return dst
}

// hidden reports whether a later declaration takes the place of the one at i.
func (c Scope) hidden(i int) bool {
	for _, b := range c.bound[i+1:] {
		if bytes.Equal(b.prefix, c.bound[i].prefix) {
			return true
		}
	}
	return false
}

// appendAttributeValue appends v with what cannot stand in a quoted value
// written as references.
func appendAttributeValue(dst, v []byte) []byte {
	for _, c := range v {
		switch c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case '\t':
			dst = append(dst, "&#9;"...)
		case '\n':
			dst = append(dst, "&#10;"...)
		case '\r':
			dst = append(dst, "&#13;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
