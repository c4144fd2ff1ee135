package wsman

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// utf16Bytes encodes s with the unit order given.
func utf16Bytes(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestDecodeBody(t *testing.T) {
	const text = "<a>ä\u20ac\U0001F600</a>"
	le, be := utf16Bytes(text, binary.LittleEndian), utf16Bytes(text, binary.BigEndian)
	for _, tt := range []struct {
		name, contentType, body string
		charset                 Charset
	}{
		{"usual", "application/soap+xml;charset=UTF-8", text, UTF8},
		{"lower case and blank", "application/soap+xml; charset=utf-8", text, UTF8},
		{"quoted, with action", `application/soap+xml; action="http://x/y"; charset="UTF-8"`, text, UTF8},
		{"media type in capitals", "Application/SOAP+XML", text, UTF8},
		{"byte order mark", "application/soap+xml", "\xef\xbb\xbf" + text, UTF8},
		{"UTF-16", "application/soap+xml;charset=UTF-16", "\xff\xfe" + le, UTF16},
		{"UTF-16 big endian", "application/soap+xml;charset=UTF-16", "\xfe\xff" + be, UTF16},
		{"UTF-16 without mark", "application/soap+xml;charset=UTF-16", le, UTF16},
		{"UTF-16 big endian without mark", "application/soap+xml;charset=utf-16be", be, UTF16},
		{"the mark wins", "application/soap+xml;charset=UTF-8", "\xff\xfe" + le, UTF16},
		{"the mark wins again", "application/soap+xml;charset=UTF-16", "\xef\xbb\xbf" + text, UTF8},
	} {
		got, charset, err := DecodeBody(tt.contentType, []byte(tt.body))
		require.NoError(t, err, tt.name)
		assert.Equal(t, text, string(got), tt.name)
		assert.Equal(t, tt.charset, charset, tt.name)
	}
	got, _, err := DecodeBody(MediaType+";charset=UTF-16", nil)
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestDecodeBodyRefuses(t *testing.T) {
	for _, contentType := range []string{
		"", "text/xml;charset=UTF-8", "application/xml", "multipart/encrypted", "application/soap+xml;charset=latin1",
		"application/soap+xml;charset", "application/soap+xml;a=1;a=2", ";",
	} {
		_, _, err := DecodeBody(contentType, []byte("<a/>"))
		var typed *ContentTypeError
		require.ErrorAs(t, err, &typed, contentType)
		assert.Equal(t, contentType, typed.ContentType)
		assert.Contains(t, err.Error(), MediaType)
	}
	for _, body := range []string{"\xff\xfea", "\xff\xfe\x00\xd8", "\xff\xfe\x00\xdca\x00", "\xff\xfe\x00\xd8a\x00"} {
		_, _, err := DecodeBody(MediaType, []byte(body))
		assert.ErrorIs(t, err, CodeInvalidXML, "%q", body)
	}
}

func TestEncodeBody(t *testing.T) {
	const text = "<a>ä\u20ac\U0001F600</a>"
	assert.Equal(t, text, string(EncodeBody(UTF8, []byte(text))))
	encoded := EncodeBody(UTF16, []byte(text))
	assert.Equal(t, "\xff\xfe"+utf16Bytes(text, binary.LittleEndian), string(encoded))
	assert.Equal(t, "application/soap+xml;charset=UTF-16", UTF16.ContentType())
	assert.Equal(t, "application/soap+xml;charset=UTF-8", UTF8.ContentType())
}
