package wsmanserver_test

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

func encode16(order binary.ByteOrder, mark bool, text string) string {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	b := make([]byte, 2*len(units))
	for i, u := range units {
		order.PutUint16(b[2*i:], u)
	}
	return string(b)
}

// TestCharsets: every encoding is read, and the answer is in the same.
func TestCharsets(t *testing.T) {
	const text = "Grüße, 世界, 𝄞"
	w := newWorld(t, wsman.HandlerFunc(echo))
	utf8 := func(s string) string { return s }
	tests := map[string]struct {
		contentType string
		encode      func(string) string
		utf16       bool
	}{
		"UTF-8":               {"application/soap+xml;charset=UTF-8", utf8, false},
		"no charset":          {"application/soap+xml", utf8, false},
		"UTF-8, mark":         {"application/soap+xml;charset=UTF-8", func(s string) string { return "\uFEFF" + s }, false},
		"little endian mark":  {"application/soap+xml;charset=UTF-16", func(s string) string { return encode16(binary.LittleEndian, true, s) }, true},
		"big endian mark":     {"application/soap+xml;charset=UTF-16", func(s string) string { return encode16(binary.BigEndian, true, s) }, true},
		"little endian":       {"application/soap+xml;charset=utf-16", func(s string) string { return encode16(binary.LittleEndian, false, s) }, true},
		"big endian":          {"application/soap+xml;charset=UTF-16BE", func(s string) string { return encode16(binary.BigEndian, false, s) }, true},
		"mark says otherwise": {"application/soap+xml;charset=UTF-8", func(s string) string { return encode16(binary.LittleEndian, true, s) }, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, body := range []string{envelope("<x>" + text + "</x>"), "<broken"} {
				r := w.post(t, test.encode(body), "Content-Type: "+test.contentType)
				if test.utf16 {
					assert.Equal(t, "application/soap+xml;charset=UTF-16", r.header.Get("Content-Type"))
					require.Greater(t, len(r.body), 2)
					assert.Equal(t, "\xFF\xFE", string(r.body[:2]), "little endian, with a mark")
				} else {
					assert.Equal(t, "application/soap+xml;charset=UTF-8", r.header.Get("Content-Type"))
					assert.Equal(t, "<s:Envelope", string(r.body[:11]), "no mark")
				}
				if body == "<broken" {
					assert.Equal(t, wsman.CodeInvalidXML, r.fault().WSMan.Code)
				} else {
					assert.Equal(t, text, r.element().Text())
				}
			}
		})
	}
}

// TestBadUTF16 is malformed XML.
func TestBadUTF16(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	for name, body := range map[string]string{
		"odd":            "\xFF\xFE<\x00s",
		"half a pair":    "\xFF\xFE<\x00\x34\xD8",
		"pair reversed":  "\xFF\xFE<\x00\x1E\xDD\x34\xD8",
		"only the mark":  "\xFF\xFE",
		"UTF-8 in truth": "<s:Envelope/>",
	} {
		r := w.post(t, body, "Content-Type: application/soap+xml;charset=UTF-16")
		assert.Equal(t, wsman.CodeInvalidXML, r.fault().WSMan.Code, name)
	}
}

func encode16LE(text string) string { return encode16(binary.LittleEndian, true, text) }
