package shell

import (
	"encoding/base64"
	"fmt"
)

// Data is a piece of a stream in the form in which it came: base64 text as
// the wire had it, or the bytes themselves. A side that wants the other form
// asks for it; a side that only passes it on converts nothing. The content is
// never changed after the Data was made.
type Data struct {
	content []byte
	text    bool
}

// Base64Data holds text, which is standard base64 without line breaks.
func Base64Data(text []byte) Data { return Data{content: text, text: true} }

// BytesData holds b.
func BytesData(b []byte) Data { return Data{content: b} }

// IsBase64 reports whether the Data is kept as base64 text.
func (d Data) IsBase64() bool { return d.text }

// Raw returns what is kept: base64 text where IsBase64, else bytes.
func (d Data) Raw() []byte { return d.content }

// Empty reports whether there is nothing in it.
func (d Data) Empty() bool { return len(d.content) == 0 }

// Size is the number of bytes of memory that the content takes.
func (d Data) Size() int { return len(d.content) }

// EncodedLen is the length of the content as base64 text.
func (d Data) EncodedLen() int {
	if d.text {
		return len(d.content)
	}
	return base64.StdEncoding.EncodedLen(len(d.content))
}

// AppendBase64 appends the content to dst as base64 text.
func (d Data) AppendBase64(dst []byte) []byte {
	if d.text {
		return append(dst, d.content...)
	}
	return base64.StdEncoding.AppendEncode(dst, d.content)
}

// Bytes returns the content as bytes, which the caller must not change. Text
// that is not base64 is an error.
func (d Data) Bytes() ([]byte, error) {
	if !d.text {
		return d.content, nil
	}
	b := make([]byte, base64.StdEncoding.DecodedLen(len(d.content)))
	n, err := base64.StdEncoding.Decode(b, d.content)
	if err != nil {
		return nil, fmt.Errorf("stream data: %w", err)
	}
	return b[:n], nil
}
