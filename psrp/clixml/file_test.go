package clixml

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const fileStart = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`

func entries(t *testing.T, file string) []FileEntry {
	t.Helper()
	var found []FileEntry
	for e, err := range Entries([]byte(file)) {
		require.NoError(t, err)
		found = append(found, e)
	}
	return found
}

// TestFileForms: what writers put around the same values.
func TestFileForms(t *testing.T) {
	t.Parallel()
	const content = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><S S="Error">é😀</S><I32>1</I32></Objs>`
	want := []FileEntry{{"Error", String("é😀")}, {"", Int32(1)}}
	for name, file := range map[string]string{
		"plain":          content,
		"mark":           "\xef\xbb\xbf" + content,
		"declaration":    `<?xml version="1.0" encoding="utf-8"?>` + "\n" + content + "\n",
		"standard error": "#< CLIXML\r\n" + content,
		"little endian":  string(toUTF16(binary.LittleEndian, content)),
		"big endian":     string(toUTF16(binary.BigEndian, content)),
		"prefix": `<p:Objs Version="1.1" xmlns:p="http://schemas.microsoft.com/powershell/2004/04" xmlns:q="urn:q">` +
			`<p:S S="Error">é😀</p:S><p:I32 q:N="x">1</p:I32></p:Objs>`,
		"newer": `<Objs Version="1.2" xmlns="http://schemas.microsoft.com/powershell/2004/04"><S S="Error">é😀</S><I32>1</I32></Objs>`,
	} {
		assert.Equal(t, want, entries(t, file), name)
	}
	b, err := AppendFile(nil, want...)
	require.NoError(t, err)
	assert.Equal(t, fileStart+`<S S="Error">é_xD83D__xDE00_</S><I32>1</I32></Objs>`, string(b))
	assert.Empty(t, entries(t, fileStart+`</Objs>`))
	assert.Empty(t, entries(t, `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"/>`))
}

func toUTF16(order binary.AppendByteOrder, s string) []byte {
	b := order.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// TestNewerFile: what a later version adds to objects is passed over, as
// PowerShell does.
func TestNewerFile(t *testing.T) {
	t.Parallel()
	const object = `<Obj><New a="b"><S>x</S><Deep><![CDATA[</New>]]></Deep>text</New><Other/><MS><I32 N="a">1</I32></MS></Obj>`
	newer := `<Objs Version="1.2.0.0" xmlns="http://schemas.microsoft.com/powershell/2004/04">` + object + `</Objs>`
	found := entries(t, newer)
	require.Len(t, found, 1)
	assert.Empty(t, difference(&Object{Extended: Properties{{"a", Int32(1)}}}, found[0].Value))
	for _, err := range Entries([]byte(fileStart + object + `</Objs>`)) {
		require.ErrorContains(t, err, "element New is no part of an object")
	}
	for i := range newer {
		var last error
		for _, err := range Entries([]byte(newer[:i])) {
			last = err
		}
		require.ErrorContains(t, last, "unexpected end", newer[:i])
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		``:                          "there is no element",
		`<S/>`:                      "element S, where Objs should be",
		`<Objs Version="1.1.0.1"/>`: "Objs is not in the namespace",
		`<Objs xmlns="http://schemas.microsoft.com/powershell/2004/04"/>`:               "attribute Version is missing",
		`<Objs Version="2.0" xmlns="http://schemas.microsoft.com/powershell/2004/04"/>`: "version 2.0 of CLIXML is not known",
		`<Objs Version="x" xmlns="http://schemas.microsoft.com/powershell/2004/04"/>`:   `"x" is no Version`,
		fileStart + `<S>a</S>`:                       "unexpected end: the element is not ended",
		fileStart + `x</Objs>`:                       "text where only elements may stand",
		fileStart + `</Objs><S/>`:                    "a second element after the first",
		fileStart + `<Foo/></Objs>`:                  "element Foo is no value",
		fileStart + `<S S="&x;"/></Objs>`:            "unknown reference",
		"\xff\xfea":                                  "half a character of UTF-16 at the end",
		string(toUTF16(binary.LittleEndian, "\x00")): "text before the first element",
	} {
		var got error
		n := 0
		for _, err := range Entries([]byte(file)) {
			got = err
			n++
		}
		var where *Error
		require.ErrorAs(t, got, &where, file)
		assert.Contains(t, got.Error(), want)
		assert.LessOrEqual(t, n, 2)
	}
	var limit *LimitError
	for e, err := range (Limits{MaxElements: 2}).Entries([]byte(fileStart + `<S/><Obj><LST><S/></LST></Obj></Objs>`)) {
		if err != nil {
			require.ErrorAs(t, err, &limit)
			assert.Empty(t, difference(&Object{Base: List{}}, e.Value), "what there is comes along")
		}
	}
	require.NotNil(t, limit)
	// Whoever has seen enough ends the walk.
	for range Entries([]byte(fileStart + `<S/><S/></Objs>`)) {
		break
	}
}

func TestSessionKey(t *testing.T) {
	t.Parallel()
	key, err := NewSessionKey(sessionKey)
	require.NoError(t, err)
	other, err := NewSessionKey(make([]byte, 32))
	require.NoError(t, err)
	for _, plain := range []string{"", "a", "1234567", "12345678", "pä😀", "\xed\xa0\x80"} {
		s := key.Encrypt(plain)
		got, err := key.Decrypt(s)
		require.NoError(t, err)
		assert.Equal(t, plain, got)
		if got, err = other.Decrypt(s); err == nil {
			assert.NotEqual(t, plain, got)
		} else {
			assert.ErrorIs(t, err, ErrSecureString)
		}
	}
	for _, bad := range []SecureString{"", "AAEC", "not base64", "AAAAAAAAAAAAAAAAAAAAAA=="} {
		_, err := key.Decrypt(bad)
		assert.ErrorIs(t, err, ErrSecureString, string(bad))
	}
	_, err = NewSessionKey(make([]byte, 16))
	assert.ErrorContains(t, err, "32 bytes, not 16")
}
