package wsmanclient

import "github.com/winrmd/winrmd/wsman"

// Attributes of header blocks.
const (
	mustUnderstand = ` s:mustUnderstand="true"`
	mayIgnore      = ` s:mustUnderstand="false"`
)

// appendElement appends an element that holds text. Attributes are written
// already, each with a blank before it.
func appendElement[T string | []byte](b []byte, name, attributes string, text T) []byte {
	b = append(append(append(b, '<'), name...), attributes...)
	b = append(b, '>')
	b = wsman.AppendEscaped(b, text)
	return append(append(append(b, "</"...), name...), '>')
}

// appendAttribute appends an attribute, with a blank before it.
func appendAttribute(b []byte, name, value string) []byte {
	b = append(append(append(b, ' '), name...), `="`...)
	return append(wsman.AppendEscaped(b, value), '"')
}

// appendLanguage appends a Locale or a DataLocale.
func appendLanguage(b []byte, name, language string) []byte {
	b = append(append(b, '<'), name...)
	b = appendAttribute(b, "xml:lang", language)
	return append(b, mayIgnore+"/>"...)
}
