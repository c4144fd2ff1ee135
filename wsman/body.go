package wsman

import "github.com/beevik/etree"

// RawBody is a body that is XML already. The content is appended as it is, so
// it must be well-formed and must not change.
type RawBody []byte

// AppendXML appends the content.
func (b RawBody) AppendXML(dst []byte) []byte { return append(dst, b...) }

// ElementBody returns a body made of e, which is serialised at once. For small
// bodies: a large one is better written by a Body of its own.
func ElementBody(e *etree.Element) Body {
	var b appendWriter
	e.WriteTo(&b, &etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true})
	return RawBody(b)
}

// appendWriter is the io.Writer that etree wants; it cannot fail.
type appendWriter []byte

// Write appends p.
func (w *appendWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// WriteByte appends c.
func (w *appendWriter) WriteByte(c byte) error {
	*w = append(*w, c)
	return nil
}

// WriteString appends s.
func (w *appendWriter) WriteString(s string) (int, error) {
	*w = append(*w, s...)
	return len(s), nil
}
