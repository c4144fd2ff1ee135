package wsman

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ContentTypeError says that a body is not of a type that the service reads.
// A server answers it with HTTP status 415.
type ContentTypeError struct {
	ContentType string // as the client wrote it
}

// Error names the type and what is read.
func (e *ContentTypeError) Error() string {
	return fmt.Sprintf("wsman: content type %.128q: only %s with charset UTF-8 or UTF-16 is read", e.ContentType, MediaType)
}

// errUTF16 is why DecodeBody refuses a body.
var errUTF16 = errors.New("the body is not UTF-16")

// Byte order marks.
var (
	bomUTF8    = []byte{0xEF, 0xBB, 0xBF}
	bomUTF16LE = []byte{0xFF, 0xFE}
	bomUTF16BE = []byte{0xFE, 0xFF}
)

// DecodeBody returns a message's body as UTF-8 and the encoding it came in. A
// byte order mark says more than the charset of contentType, and is removed;
// without either the body is UTF-8. Of a body in UTF-8 the result is a
// part, not checked to be valid: whoever parses it does that. A type that is
// not read is a *ContentTypeError, malformed UTF-16 a *Fault.
func DecodeBody(contentType string, body []byte) ([]byte, Charset, error) {
	charset, err := parseContentType(contentType)
	if err != nil {
		return nil, UTF8, err
	}
	switch {
	case bytes.HasPrefix(body, bomUTF8):
		return body[len(bomUTF8):], UTF8, nil
	case bytes.HasPrefix(body, bomUTF16LE):
		return decodeUTF16(body[2:], binary.LittleEndian)
	case bytes.HasPrefix(body, bomUTF16BE):
		return decodeUTF16(body[2:], binary.BigEndian)
	case charset == UTF8:
		return body, UTF8, nil
	case len(body) > 1 && body[0] == 0:
		// An envelope begins with an ASCII character, whose high byte is 0.
		return decodeUTF16(body, binary.BigEndian)
	}
	return decodeUTF16(body, binary.LittleEndian)
}

// parseContentType returns the charset that a Content-Type names.
func parseContentType(contentType string) (Charset, error) {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || media != MediaType {
		return UTF8, &ContentTypeError{ContentType: contentType}
	}
	switch strings.ToUpper(parameters["charset"]) {
	case "", "UTF-8", "UTF8":
		return UTF8, nil
	case "UTF-16", "UTF16", "UTF-16LE", "UTF-16BE":
		return UTF16, nil
	}
	return UTF8, &ContentTypeError{ContentType: contentType}
}

// decodeUTF16 converts b, which has no byte order mark, to UTF-8.
func decodeUTF16(b []byte, order binary.ByteOrder) ([]byte, Charset, error) {
	if len(b)%2 != 0 {
		return nil, UTF16, NewFault(CodeInvalidXML, "").WithCause(errUTF16)
	}
	dst := make([]byte, 0, len(b)/2+len(b)/8)
	for i := 0; i < len(b); i += 2 {
		r := rune(order.Uint16(b[i:]))
		if utf16.IsSurrogate(r) {
			if i += 2; i == len(b) {
				return nil, UTF16, NewFault(CodeInvalidXML, "").WithCause(errUTF16)
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(b[i:]))); r == utf8.RuneError {
				return nil, UTF16, NewFault(CodeInvalidXML, "").WithCause(errUTF16)
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, UTF16, nil
}

// EncodeBody returns text, which is UTF-8, in charset c: as it is, or as
// UTF-16 in little endian order with a byte order mark.
func EncodeBody(c Charset, text []byte) []byte {
	if c != UTF16 {
		return text
	}
	dst := make([]byte, 0, 2+2*len(text))
	dst = append(dst, bomUTF16LE...)
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			dst = append(dst, c, 0)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		for _, unit := range utf16.AppendRune(nil, r) {
			dst = binary.LittleEndian.AppendUint16(dst, unit)
		}
	}
	return dst
}
